-- Members who are about to leave, or have left a moment ago: no order of theirs is taken until then.
CREATE TABLE leaving (
  member_id uuid PRIMARY KEY,
  until timestamptz NOT NULL
);
CREATE INDEX leaving_until ON leaving (until);
