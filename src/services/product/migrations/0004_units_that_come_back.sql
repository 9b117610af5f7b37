-- The order a reservation was sold to, once an event of that order said so, and how many units of each SKU came back of it, in
-- the order of sku_ids; empty while none did. A version that does not know of parts would return all of them again: the CHECK
-- refuses it.
ALTER TABLE reservation
  ADD COLUMN order_id uuid,
  ADD COLUMN returned integer[];
ALTER TABLE reservation
  ADD CONSTRAINT reservation_returned CHECK (
    returned IS NULL
    OR (cardinality(returned) = cardinality(sku_ids) AND (state <> 'RESTOCKED' OR returned = quantities))
  ) NOT VALID;
CREATE INDEX reservation_of_order ON reservation (order_id) WHERE order_id IS NOT NULL;

-- Units of a sold reservation that came back, once for each id: that of whoever restocks them, or of the cancellation of an
-- order's lines. WRITE_OFF: they came back and cannot be sold again.
CREATE TABLE restock (
  id uuid PRIMARY KEY,
  reservation_id uuid NOT NULL,
  order_id uuid NOT NULL,
  destination text NOT NULL CHECK (destination IN ('STOCK', 'WRITE_OFF')),
  sku_ids uuid[] NOT NULL,
  quantities integer[] NOT NULL,
  at timestamptz NOT NULL,
  CHECK (cardinality(sku_ids) > 0 AND cardinality(sku_ids) = cardinality(quantities) AND 0 < ALL (quantities))
);
CREATE INDEX restock_of_reservation ON restock (reservation_id);

-- WRITTEN_OFF: what was returned under the same reference and left stock again at once. Stored rows passed a narrower check.
ALTER TABLE stock_movement
  DROP CONSTRAINT stock_movement_kind_check;
ALTER TABLE stock_movement
  ADD CONSTRAINT stock_movement_kind_check
    CHECK (kind IN ('RECEIVED', 'ADJUSTED', 'SOLD', 'RETURNED', 'WRITTEN_OFF')) NOT VALID,
  ADD CONSTRAINT stock_movement_written_off CHECK (kind <> 'WRITTEN_OFF' OR delta < 0) NOT VALID;
