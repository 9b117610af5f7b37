-- One attempt to pay an order with one approved payment of the provider.
CREATE TABLE payment (
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL,
  payment_key text NOT NULL,
  member_id uuid,
  amount bigint NOT NULL CHECK (amount >= 0),
  -- REFUSED: turned down by ourselves before the provider was asked; it may be tried again.
  state text NOT NULL CHECK (state IN ('CONFIRMING', 'AWAITING_DEPOSIT', 'CAPTURED', 'FAILED', 'REFUSED')),
  method text,
  receipt_url text,
  deposit_secret text,
  failure_code text,
  failure_message text,
  captured_at timestamptz,
  refund_requested bigint NOT NULL DEFAULT 0,
  refunded bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  -- When to ask the provider for the truth, while it is not known.
  next_check_at timestamptz NOT NULL,
  checks integer NOT NULL DEFAULT 0,
  UNIQUE (payment_key, order_id),
  CHECK (refunded BETWEEN 0 AND refund_requested),
  CHECK (refund_requested <= CASE WHEN state = 'CAPTURED' THEN amount ELSE 0 END)
) WITH (fillfactor = 70);
-- One order, one capture: whatever else goes wrong, this refuses the second.
CREATE UNIQUE INDEX payment_captured ON payment (order_id) WHERE state = 'CAPTURED';
CREATE INDEX payment_of_order ON payment (order_id);
CREATE INDEX payment_unknown ON payment (next_check_at) WHERE state IN ('CONFIRMING', 'AWAITING_DEPOSIT');

CREATE TABLE refund (
  id uuid PRIMARY KEY,
  payment_id uuid NOT NULL REFERENCES payment,
  order_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  reason text NOT NULL,
  state text NOT NULL CHECK (state IN ('REQUESTED', 'REFUNDED', 'REFUSED')),
  -- The provider's idempotency key: kept while no answer came, renewed after one that we could correct.
  attempt integer NOT NULL DEFAULT 0,
  transaction_key text,
  failure_code text,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  next_try_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0
);
CREATE INDEX refund_due ON refund (next_try_at) WHERE state = 'REQUESTED';
CREATE INDEX refund_of_payment ON refund (payment_id);

-- The ledger of money: append-only, every entry sums to zero.
CREATE TABLE posting (
  entry_id uuid NOT NULL,
  account text NOT NULL CHECK (account IN ('provider_receivable', 'customer_payments')),
  payment_id uuid NOT NULL,
  order_id uuid NOT NULL,
  amount bigint NOT NULL CHECK (amount <> 0),
  at timestamptz NOT NULL,
  PRIMARY KEY (entry_id, account)
);

-- Things that need a person: what the provider says and what we know do not agree.
CREATE TABLE anomaly (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  payment_key text,
  order_id text,
  detail text NOT NULL,
  at timestamptz NOT NULL
);
