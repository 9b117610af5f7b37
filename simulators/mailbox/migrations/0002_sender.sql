-- Name and address a mail came under, as its header says.
ALTER TABLE message ADD COLUMN sender text NOT NULL DEFAULT '';
