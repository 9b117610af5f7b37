-- Letters about deposits beside confirmations of paid orders. Theirs begin in the state DUE, which a version that knows only
-- confirmations does not take up: it would confirm a payment that is not made.
ALTER TABLE confirmation
  ADD COLUMN kind text NOT NULL DEFAULT 'paid';
ALTER TABLE confirmation DROP CONSTRAINT confirmation_state_check;
ALTER TABLE confirmation ADD CONSTRAINT confirmation_state_check
  CHECK (state IN ('WAITING', 'DUE', 'QUEUED', 'SKIPPED', 'GIVEN_UP')) NOT VALID;
ALTER TABLE confirmation ADD CONSTRAINT confirmation_kind_check
  CHECK (kind IN ('paid', 'deposit', 'deposit-reminder', 'deposit-passed', 'refund-account')) NOT VALID;
CREATE INDEX confirmation_open ON confirmation (next_at) WHERE state IN ('WAITING', 'DUE');
