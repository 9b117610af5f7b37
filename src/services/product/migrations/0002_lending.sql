-- A reservation that is to replace another borrows from it, so that units both want are reserved once. Whatever ends one
-- of the two first settles between them: the CHECKs refuse whoever does not know of it, an older version too.
ALTER TABLE reservation
  ADD COLUMN lent_to uuid,
  ADD COLUMN borrows_from uuid,
  -- Units borrowed of each SKU, in the order of sku_ids.
  ADD COLUMN borrowed integer[];
-- Rows that are there have neither: they need not be looked at.
ALTER TABLE reservation
  ADD CONSTRAINT reservation_lender CHECK (lent_to IS NULL OR (state IN ('HELD', 'SECURED') AND borrows_from IS NULL)) NOT VALID,
  ADD CONSTRAINT reservation_borrower CHECK (borrows_from IS NULL OR state = 'HELD') NOT VALID,
  ADD CONSTRAINT reservation_borrowed CHECK (
    (borrows_from IS NULL) = (borrowed IS NULL) AND (borrowed IS NULL OR cardinality(borrowed) = cardinality(sku_ids))
  ) NOT VALID;
-- A handful of rows at any time: asking whether one of many reservations lends or borrows costs next to nothing.
CREATE INDEX reservation_lending ON reservation (id) INCLUDE (lent_to, borrows_from)
  WHERE lent_to IS NOT NULL OR borrows_from IS NOT NULL;
