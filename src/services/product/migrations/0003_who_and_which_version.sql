-- Who moved stock: a member of staff. Empty for sales and returns, which the shop itself writes, and for older rows.
ALTER TABLE stock_movement ADD COLUMN member_id uuid;

-- A SKU's movements are listed newest first, a page after another: ids grow with time. It also serves whoever asks for
-- all movements of a SKU, so the index by SKU alone is no longer needed.
CREATE INDEX stock_movement_of_sku ON stock_movement (sku_id, id);
DROP INDEX stock_movement_sku;

-- A category's version, as whoever changes it has read it. A host of the version before does not raise it.
ALTER TABLE category ADD COLUMN version integer NOT NULL DEFAULT 1;
