-- Which version of the analysis made a row (ANALYSIS in search.ts): rows of an earlier one are made anew after an upgrade.
-- What a process of the previous version writes meanwhile does not name one, and is made anew as well.
ALTER TABLE product_text ADD COLUMN analysis integer NOT NULL DEFAULT 0;
ALTER TABLE term ADD COLUMN analysis integer NOT NULL DEFAULT 0;
CREATE INDEX product_text_analysis ON product_text (analysis);
CREATE INDEX term_analysis ON term (analysis);
