CREATE TABLE message (
  id uuid PRIMARY KEY,
  -- The envelope's recipient, in lower case.
  recipient text NOT NULL,
  subject text NOT NULL,
  text text NOT NULL,
  html text,
  at timestamptz NOT NULL
);
CREATE INDEX message_recipient ON message (recipient, id DESC);
CREATE INDEX message_at ON message (at);
