-- A withdrawn member's row stays without a word about the person, so that a late repeat of the sign-up cannot bring it back.
CREATE TABLE member (
  id uuid PRIMARY KEY,
  email text,
  name text,
  phone text,
  grade text NOT NULL DEFAULT 'WELCOME' CHECK (grade IN ('WELCOME', 'SILVER', 'GOLD', 'VIP')),
  marketing_consent boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  CHECK ((email IS NOT NULL AND name IS NOT NULL) = (withdrawn_at IS NULL)),
  CHECK (withdrawn_at IS NULL OR (phone IS NULL AND NOT marketing_consent))
);

-- Each time a member allowed or forbade something: the law asks who agreed to what, and when.
CREATE TABLE consent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES member (id),
  kind text NOT NULL CHECK (kind IN ('MARKETING')),
  given boolean NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX consent_member ON consent (member_id);

CREATE TABLE address (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL REFERENCES member (id),
  recipient text NOT NULL,
  phone text NOT NULL,
  postcode text NOT NULL,
  address1 text NOT NULL,
  address2 text,
  -- Sealed: people write the code of their front door here.
  memo bytea,
  is_default boolean NOT NULL
);
CREATE INDEX address_member ON address (member_id);
CREATE UNIQUE INDEX address_one_default ON address (member_id) WHERE is_default;

-- What the law has us keep about people who left: apart from the living, sealed, found by no name or address,
-- and destroyed on its day. A person who signs up again is a new member that nothing links to these rows.
CREATE TABLE retained (
  id uuid PRIMARY KEY,
  member_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('CONTRACT')),
  sealed bytea NOT NULL,
  destroy_after timestamptz NOT NULL
);
CREATE INDEX retained_destroy ON retained (destroy_after);
