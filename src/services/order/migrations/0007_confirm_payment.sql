-- When the sweep takes up an order in PAYING whose payment was cut off, and how often it did. Versions before set no time.
ALTER TABLE orders ADD COLUMN next_try_at timestamptz;
ALTER TABLE orders ADD COLUMN tries integer NOT NULL DEFAULT 0;
CREATE INDEX orders_paying ON orders (next_try_at NULLS FIRST) WHERE status = 'PAYING';

-- An order of 0 won is paid without a payment. What was stored before passed a narrower check.
ALTER TABLE orders DROP CONSTRAINT orders_check;
ALTER TABLE orders ADD CONSTRAINT orders_payment_check
  CHECK (status NOT IN ('PAYING', 'PAID', 'CANCEL_REQUESTED') OR payment_key IS NOT NULL OR amount = 0) NOT VALID;
