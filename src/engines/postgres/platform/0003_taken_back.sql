-- A server counts its transactions from its own beginning: in a log that was taken back from another server, events may lie
-- above what this one counts. What is added here keeps new places above all old ones; migrating raises it when it has to.
CREATE FUNCTION log_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 0;

-- The transaction that stores an event, as its place in the log.
CREATE FUNCTION log_xid() RETURNS xid8 LANGUAGE sql VOLATILE
  RETURN (pg_current_xact_id()::text::bigint + log_offset())::text::xid8;

-- Below it no transaction is under way: readers go no further.
CREATE FUNCTION log_horizon() RETURNS xid8 LANGUAGE sql STABLE
  RETURN (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + log_offset())::text::xid8;

ALTER TABLE outbox ALTER COLUMN xid SET DEFAULT log_xid();
