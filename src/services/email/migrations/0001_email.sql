-- Addresses are nowhere in the clear: codes and rates are found by a keyed hash, mails are sealed until they are sent.

-- The one live code of an address and purpose; a newer one takes its place.
CREATE TABLE code (
  address text NOT NULL,
  purpose text NOT NULL,
  id uuid NOT NULL,
  hash text NOT NULL,
  tries integer NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (address, purpose)
);
CREATE INDEX code_expires ON code (expires_at);

-- What a right code was exchanged for. `used_by` names the one use it is good for, so that repeating that use succeeds.
CREATE TABLE proof (
  hash text PRIMARY KEY,
  address text NOT NULL,
  purpose text NOT NULL,
  expires_at timestamptz NOT NULL,
  used_by text
);
CREATE INDEX proof_expires ON proof (expires_at);

-- Instants (epoch milliseconds) at which something limited was done, by the hashed key it is limited by.
CREATE TABLE rate (
  key text PRIMARY KEY,
  recent bigint[] NOT NULL DEFAULT '{}',
  forget_at timestamptz NOT NULL
);
CREATE INDEX rate_forget ON rate (forget_at);

-- Mail on its way out. Its content is destroyed once it is sent or given up; the row stays a while, so that its id is not sent again.
CREATE TABLE mail (
  id uuid PRIMARY KEY,
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'SENT', 'GIVEN_UP')),
  sealed bytea CHECK ((sealed IS NOT NULL) = (state = 'WAITING')),
  attempts integer NOT NULL DEFAULT 0,
  -- Due, or, while an attempt is under way, the instant at which that attempt is taken for lost.
  next_at timestamptz NOT NULL,
  useless_after timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX mail_due ON mail (next_at) WHERE state = 'WAITING';
CREATE INDEX mail_ended ON mail (ended_at) WHERE ended_at IS NOT NULL;
