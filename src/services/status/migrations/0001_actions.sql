-- What staff did to running hosts: written before it is done, so that nothing is done that nobody can read about.
-- Ids are UUIDv7: their order is that of time.
CREATE TABLE action (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  member_id uuid,
  what text NOT NULL CHECK (what IN ('LOG_LEVEL', 'REDRIVE')),
  target text NOT NULL,
  value text NOT NULL,
  reason text NOT NULL,
  -- How it went; not known while it is being done, and after a crash.
  outcome text
);
