-- The log of one service: what it told the world, and what it has taken in from others.

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY,
  -- Commits become visible in another order than ids are drawn: readers go by (xid, id) below the snapshot's horizon.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  name text NOT NULL,
  version integer NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  at timestamptz NOT NULL,
  traceparent text,
  PRIMARY KEY (xid, id)
);

-- How far each consumer of this service has read each source.
CREATE TABLE cursor (
  consumer text NOT NULL,
  source text NOT NULL,
  xid xid8 NOT NULL DEFAULT '0',
  id bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (consumer, source)
);

-- One row per consumer and event whose effect is stored: written in the effect's transaction.
CREATE TABLE inbox (
  consumer text NOT NULL,
  source text NOT NULL,
  id bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (consumer, source, id)
);
CREATE INDEX inbox_at ON inbox (at);

-- Events set aside because their effect failed, and later ones of the same key, which wait behind them.
CREATE TABLE dead_letter (
  consumer text NOT NULL,
  source text NOT NULL,
  id bigint NOT NULL,
  xid xid8 NOT NULL,
  name text NOT NULL,
  version integer NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('RETRYING', 'WAITING', 'DEAD')),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  error text,
  PRIMARY KEY (consumer, source, id)
);
CREATE INDEX dead_letter_due ON dead_letter (next_at) WHERE state = 'RETRYING';
CREATE INDEX dead_letter_key ON dead_letter (consumer, source, key, xid, id);

GRANT SELECT ON outbox TO jangteo_relay;
