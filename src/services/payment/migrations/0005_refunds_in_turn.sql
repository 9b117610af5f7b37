-- The part of a payment that carries no VAT: a cancel of it must say how much of its own amount that is.
ALTER TABLE payment
  ADD COLUMN tax_free_amount bigint NOT NULL DEFAULT 0,
  -- The provider is to be asked what it gave back without us: it was heard of while one of our refunds was there, or while
  -- the provider did not answer.
  ADD COLUMN review_due_at timestamptz;
ALTER TABLE payment
  ADD CONSTRAINT payment_tax_free CHECK (tax_free_amount BETWEEN 0 AND amount) NOT VALID;
CREATE INDEX payment_review_due ON payment (review_due_at) WHERE review_due_at IS NOT NULL;

-- Refunds of a payment are made one after another: the one that is REQUESTED is at the provider, those that wait for it are
-- QUEUED. A refund of 0 won is made without the provider. Stored rows passed narrower checks.
ALTER TABLE refund
  ADD COLUMN tax_free_amount bigint NOT NULL DEFAULT 0,
  -- QUEUED, although a version that knows no queue may have sent it: what became of it is to be heard first.
  ADD COLUMN maybe_sent boolean NOT NULL DEFAULT false;
ALTER TABLE refund
  DROP CONSTRAINT refund_state_check,
  DROP CONSTRAINT refund_amount_check;
ALTER TABLE refund
  ADD CONSTRAINT refund_state_check
    CHECK (state IN ('AWAITING_ACCOUNT', 'QUEUED', 'REQUESTED', 'REFUNDED', 'REFUSED')) NOT VALID,
  ADD CONSTRAINT refund_amount_check CHECK (amount >= 0) NOT VALID,
  ADD CONSTRAINT refund_tax_free CHECK (tax_free_amount BETWEEN 0 AND amount) NOT VALID;
UPDATE refund SET state = 'QUEUED', maybe_sent = true
WHERE state = 'REQUESTED' AND id <> (
  SELECT id FROM refund AS first WHERE first.payment_id = refund.payment_id AND first.state = 'REQUESTED'
  ORDER BY first.created_at, first.id LIMIT 1);
-- The last guard of the queue: it refuses a second refund at the provider, whatever version asks for it.
CREATE UNIQUE INDEX refund_under_way ON refund (payment_id) WHERE state = 'REQUESTED';
CREATE INDEX refund_queued ON refund (payment_id, created_at, id) WHERE state = 'QUEUED';
