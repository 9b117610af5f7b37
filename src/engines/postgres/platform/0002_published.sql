-- How far the relay has published this service's log to a topic of Kafka, and which process does it now.
CREATE TABLE published (
  topic text PRIMARY KEY,
  -- Kafka's own id of the topic: one that was made anew has the same name and nothing in it.
  topic_id text NOT NULL,
  xid xid8 NOT NULL DEFAULT '0',
  id bigint NOT NULL DEFAULT 0,
  holder text,
  held_until timestamptz NOT NULL
);

GRANT SELECT ON published TO jangteo_relay;
