-- What each environment is set to is told by its changes alone: the newest one of a place and a name counts.

-- One row to lock: changes of an environment are made one after another.
CREATE TABLE environment (
  name text PRIMARY KEY,
  version integer NOT NULL DEFAULT 0 CHECK (version >= 0)
);

-- Who changed something, when and why. `id` tells two histories apart that count the same, as after a backup was put back.
CREATE TABLE version (
  environment text NOT NULL REFERENCES environment,
  number integer NOT NULL CHECK (number > 0),
  id uuid NOT NULL UNIQUE,
  at timestamptz NOT NULL,
  by uuid NOT NULL,
  reason text NOT NULL,
  -- The version whose values this one brought back.
  restores integer,
  PRIMARY KEY (environment, number)
);

-- What a version set; both empty: it took the value away. Secrets are sealed, and never anywhere in the clear.
CREATE TABLE change (
  environment text NOT NULL,
  number integer NOT NULL,
  -- A service, or `shop` for all.
  place text NOT NULL,
  name text NOT NULL,
  value text,
  sealed bytea,
  PRIMARY KEY (environment, place, name, number),
  FOREIGN KEY (environment, number) REFERENCES version,
  CHECK (num_nonnulls(value, sealed) <= 1)
);
CREATE INDEX change_version ON change (environment, number);

-- What hosts said of themselves when they last asked. Worth nothing after a crash: living ones ask again at once.
CREATE UNLOGGED TABLE host (
  environment text NOT NULL,
  name text NOT NULL,
  said jsonb NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (environment, name)
);
CREATE INDEX host_seen ON host (seen_at);
