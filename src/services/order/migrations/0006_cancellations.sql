-- Cancellations of units of paid orders, each with the id of its refund.
CREATE TABLE cancellation (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('REQUESTED', 'DONE', 'REFUSED')),
  -- Whether the refund is of all that is left of the payment.
  whole boolean NOT NULL,
  -- The share of the units in what was paid, and what of it is free of VAT.
  amount bigint NOT NULL CHECK (amount >= 0),
  tax_free bigint NOT NULL CHECK (tax_free BETWEEN 0 AND amount),
  -- What was given back: less than the share where some was given back at the provider's console before.
  refunded bigint CHECK (refunded >= 0),
  parts jsonb NOT NULL,
  reason text NOT NULL,
  requested_at timestamptz NOT NULL,
  ended_at timestamptz,
  CHECK ((state = 'REQUESTED') = (ended_at IS NULL))
);
CREATE INDEX cancellation_of_order ON cancellation (order_id);

-- One cancellation of units per order and key. The key of one whose refund was refused may be used again.
CREATE TABLE cancel_request (
  order_id uuid NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  -- NULL: the order was not paid yet, and nothing had to be given back.
  cancellation_id uuid,
  PRIMARY KEY (order_id, key)
);
CREATE INDEX cancel_request_of_cancellation ON cancel_request (cancellation_id);

-- Cancellations under way are of all there was.
INSERT INTO cancellation (id, order_id, state, whole, amount, tax_free, parts, reason, requested_at)
SELECT orders.cancellation_id, orders.id, 'REQUESTED', true, orders.amount, 0,
  (SELECT jsonb_agg(jsonb_build_object('number', number, 'quantity', quantity, 'amount', quantity * unit_price,
     'taxFree', 0) ORDER BY number) FROM order_line WHERE order_id = orders.id),
  coalesce(orders.cancel_reason, ''), coalesce(orders.paid_at, orders.placed_at)
FROM orders WHERE orders.status = 'CANCEL_REQUESTED';
