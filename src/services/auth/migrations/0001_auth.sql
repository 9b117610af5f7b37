-- Who may sign in. PENDING: the password is set, the profile is being made; a sweep finishes what a crash cut off.
CREATE TABLE credential (
  member_id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  state text NOT NULL CHECK (state IN ('PENDING', 'ACTIVE')),
  -- The name for the profile, until there is one.
  pending_name text CHECK ((pending_name IS NOT NULL) = (state = 'PENDING')),
  next_at timestamptz CHECK ((next_at IS NOT NULL) = (state = 'PENDING')),
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE INDEX credential_pending ON credential (next_at) WHERE state = 'PENDING';

CREATE TABLE staff_role (
  member_id uuid NOT NULL REFERENCES credential (member_id) ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('catalog', 'orders', 'members', 'operations')),
  PRIMARY KEY (member_id, role)
);

-- A sign-in and its family of refresh tokens, of which only the hash of the live one and of the one before are known.
CREATE TABLE session (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL,
  current_hash text NOT NULL,
  previous_hash text,
  -- The live token, sealed under the one before: who presents that again may be given the same, and nobody else can read it.
  successor bytea,
  rotated_at timestamptz,
  created_at timestamptz NOT NULL,
  -- Moves with each refresh.
  idle_until timestamptz NOT NULL,
  -- Never moves.
  good_until timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text CHECK ((end_reason IS NOT NULL) = (ended_at IS NOT NULL))
);
CREATE INDEX session_member ON session (member_id) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX session_idle ON session (idle_until);

-- Keys that sign access tokens; the private part is sealed.
CREATE TABLE signing_key (
  id text PRIMARY KEY,
  public_key jsonb NOT NULL,
  sealed bytea NOT NULL,
  signs_from timestamptz NOT NULL
);

-- Failed sign-ins by hashed key (account, network, both). Attempts are counted before the password is looked at.
CREATE TABLE failure (
  key text PRIMARY KEY,
  failures integer NOT NULL CHECK (failures >= 0),
  last_at timestamptz NOT NULL,
  blocked_until timestamptz NOT NULL
);
CREATE INDEX failure_last ON failure (last_at);

-- Networks a member has signed in from: there an attack from elsewhere does not slow them down.
CREATE TABLE known_network (
  key text PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES credential (member_id) ON DELETE CASCADE,
  last_at timestamptz NOT NULL
);
CREATE INDEX known_network_member ON known_network (member_id);
CREATE INDEX known_network_last ON known_network (last_at);
