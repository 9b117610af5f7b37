-- What members were told. The id is made from the event that caused it: the same event tells once.
CREATE TABLE notification (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL,
  type text NOT NULL,
  title jsonb NOT NULL,
  body jsonb NOT NULL,
  link text,
  at timestamptz NOT NULL,
  read_at timestamptz
);
CREATE INDEX notification_of_member ON notification (member_id, at DESC, id DESC);
CREATE INDEX notification_unread ON notification (member_id) WHERE read_at IS NULL;
CREATE INDEX notification_at ON notification (at);

-- Tickets that open the stream once; only their hashes are kept.
CREATE TABLE ticket (
  hash text PRIMARY KEY,
  member_id uuid NOT NULL,
  session_id uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ticket_expires ON ticket (expires_at);

-- Confirmations to be mailed. The id is the mail's: however often it is tried, one mail is sent.
CREATE TABLE confirmation (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL,
  order_number text NOT NULL,
  order_name text NOT NULL,
  order_id uuid NOT NULL,
  amount bigint NOT NULL,
  paid_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'QUEUED', 'SKIPPED', 'GIVEN_UP')),
  attempts integer NOT NULL DEFAULT 0,
  -- Due, or, while an attempt is under way, the instant at which that attempt is taken for lost.
  next_at timestamptz NOT NULL
);
CREATE INDEX confirmation_due ON confirmation (next_at) WHERE state = 'WAITING';
CREATE INDEX confirmation_of_member ON confirmation (member_id);
CREATE INDEX confirmation_paid_at ON confirmation (paid_at);
