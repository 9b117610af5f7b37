-- Where and until when the deposit of an attempt is awaited. The number and the holder of the account are sealed.
ALTER TABLE payment
  ADD COLUMN bank text,
  ADD COLUMN account bytea,
  ADD COLUMN due_at timestamptz,
  -- The order is over: the account is to be closed at the provider.
  ADD COLUMN closing boolean NOT NULL DEFAULT false,
  -- The account that the money goes back to, sealed; forgotten once it has.
  ADD COLUMN refund_account bytea,
  ADD COLUMN refund_account_at timestamptz;
CREATE INDEX payment_refund_account ON payment (refund_account_at) WHERE refund_account IS NOT NULL;

-- AWAITING_ACCOUNT: a deposit is to be given back and nobody has said to which account. Stored rows passed a narrower check.
ALTER TABLE refund DROP CONSTRAINT refund_state_check;
ALTER TABLE refund ADD CONSTRAINT refund_state_check
  CHECK (state IN ('AWAITING_ACCOUNT', 'REQUESTED', 'REFUNDED', 'REFUSED')) NOT VALID;
CREATE INDEX refund_awaiting_account ON refund (payment_id) WHERE state = 'AWAITING_ACCOUNT';
