-- How many attempts to place an order under a key were given up, with what they held. A hold is named by member, key and
-- attempt: no order may be stored any more with the hold of an attempt that was given up.
CREATE TABLE abandoned_placement (
  member_id uuid NOT NULL,
  key text NOT NULL,
  attempts integer NOT NULL CHECK (attempts > 0),
  PRIMARY KEY (member_id, key)
);
