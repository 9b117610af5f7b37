-- Every two jamo in a row of a product's name and brand: what was mistyped still shares most of them.
ALTER TABLE product_text ADD COLUMN sounds text[] NOT NULL DEFAULT '{}';
CREATE INDEX product_text_sounds ON product_text USING gin (sounds) WITH (fastupdate = off);
