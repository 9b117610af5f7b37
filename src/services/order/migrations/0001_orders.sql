CREATE TABLE orders (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE,
  member_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('PENDING_PAYMENT', 'PAYING', 'PAID', 'CANCEL_REQUESTED', 'CANCELED', 'EXPIRED')),
  amount bigint NOT NULL CHECK (amount >= 0),
  name text NOT NULL,
  -- The hold at the product service. Changing the items takes a new one and gives the former back.
  reservation_id uuid NOT NULL UNIQUE,
  revision integer NOT NULL DEFAULT 0,
  -- The payment under way or done. While money moves the order can neither expire nor be canceled.
  payment_key text,
  pay_before timestamptz NOT NULL,
  placed_at timestamptz NOT NULL,
  paid_at timestamptz,
  canceled_at timestamptz,
  cancellation_id uuid,
  cancel_reason text,
  shipping jsonb NOT NULL,
  CHECK (status NOT IN ('PAYING', 'PAID', 'CANCEL_REQUESTED') OR payment_key IS NOT NULL),
  CHECK (status <> 'CANCEL_REQUESTED' OR cancellation_id IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX orders_of_member ON orders (member_id, id DESC);
CREATE INDEX orders_due ON orders (pay_before) WHERE status = 'PENDING_PAYMENT';

CREATE TABLE order_line (
  order_id uuid NOT NULL,
  number integer NOT NULL,
  sku_id uuid NOT NULL,
  product_id uuid NOT NULL,
  product_name text NOT NULL,
  image_url text,
  options jsonb NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),
  status text NOT NULL CHECK (status IN ('PENDING_PAYMENT', 'PAID', 'CANCEL_REQUESTED', 'CANCELED', 'EXPIRED')),
  PRIMARY KEY (order_id, number)
) WITH (fillfactor = 70);

-- One order per key and member, for good. The first answer is kept as it was given.
CREATE TABLE idempotency (
  member_id uuid NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  order_id uuid NOT NULL,
  answer jsonb NOT NULL,
  PRIMARY KEY (member_id, key)
);
