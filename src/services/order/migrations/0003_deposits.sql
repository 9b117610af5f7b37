-- Orders that await a deposit into a virtual account until it is due. What was stored before passed a narrower check.
ALTER TABLE orders DROP CONSTRAINT orders_status_check;
ALTER TABLE orders ADD CONSTRAINT orders_status_check CHECK (status IN
  ('PENDING_PAYMENT', 'PAYING', 'AWAITING_DEPOSIT', 'PAID', 'CANCEL_REQUESTED', 'CANCELED', 'EXPIRED')) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT orders_deposit_check
  CHECK (status <> 'AWAITING_DEPOSIT' OR payment_key IS NOT NULL) NOT VALID;
ALTER TABLE order_line DROP CONSTRAINT order_line_status_check;
ALTER TABLE order_line ADD CONSTRAINT order_line_status_check CHECK (status IN
  ('PENDING_PAYMENT', 'AWAITING_DEPOSIT', 'PAID', 'CANCEL_REQUESTED', 'CANCELED', 'EXPIRED')) NOT VALID;

-- When the buyer is to be reminded of the deposit; taken away when that is done.
ALTER TABLE orders ADD COLUMN remind_at timestamptz;
CREATE INDEX orders_deposit_due ON orders (pay_before) WHERE status = 'AWAITING_DEPOSIT';
CREATE INDEX orders_to_remind ON orders (remind_at) WHERE status = 'AWAITING_DEPOSIT' AND remind_at IS NOT NULL;
