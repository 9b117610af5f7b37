-- A mail as it came: what it says is read out of it when somebody looks. Mails from before have no such copy.
ALTER TABLE message ADD COLUMN raw bytea;
ALTER TABLE message ALTER COLUMN subject SET DEFAULT '', ALTER COLUMN text SET DEFAULT '';
-- Base64 of something short: to compress it costs more than it saves.
ALTER TABLE message ALTER COLUMN raw SET STORAGE EXTERNAL;
