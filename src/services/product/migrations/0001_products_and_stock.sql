CREATE TABLE category (
  id text PRIMARY KEY,
  name text NOT NULL,
  name_en text NOT NULL,
  parent_id text REFERENCES category (id),
  position integer NOT NULL,
  depth smallint NOT NULL CHECK (depth BETWEEN 1 AND 3)
);

CREATE TABLE product (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL,
  brand text,
  category_id text REFERENCES category (id),
  image_urls jsonb NOT NULL,
  options jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('ON_SALE', 'STOPPED')),
  version integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX product_newest ON product (created_at DESC, id DESC);
CREATE INDEX product_category ON product (category_id);

-- Stock is the hottest row of the shop: half of each page is left free, so that changes stay on the page and touch no index.
CREATE TABLE sku (
  id uuid PRIMARY KEY,
  product_id uuid NOT NULL REFERENCES product (id),
  position integer NOT NULL,
  options jsonb NOT NULL,
  price bigint NOT NULL CHECK (price >= 10),
  status text NOT NULL CHECK (status IN ('ON_SALE', 'STOPPED')),
  on_hand integer NOT NULL,
  reserved integer NOT NULL DEFAULT 0,
  -- Times it went from sold out to available or back: tells a late word of it from the latest.
  flips integer NOT NULL DEFAULT 0,
  -- The last judge of every sale: whatever else fails, more than there is cannot be reserved.
  CONSTRAINT sku_stock CHECK (reserved BETWEEN 0 AND on_hand)
) WITH (fillfactor = 50);
CREATE INDEX sku_product ON sku (product_id, position);

-- Every change of on_hand, append-only: on_hand is always the sum of its movements.
CREATE TABLE stock_movement (
  id uuid PRIMARY KEY,
  sku_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('RECEIVED', 'ADJUSTED', 'SOLD', 'RETURNED')),
  delta integer NOT NULL CHECK (delta <> 0),
  reason text NOT NULL,
  -- What caused it: a reservation, or the key staff gave with a movement.
  reference text,
  at timestamptz NOT NULL
);
CREATE UNIQUE INDEX stock_movement_once ON stock_movement (reference, sku_id, kind) WHERE reference IS NOT NULL;
CREATE INDEX stock_movement_sku ON stock_movement (sku_id);

-- Lines lie in the row, sorted by SKU: one row to write for a whole order, and they never change.
CREATE TABLE reservation (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('HELD', 'SECURED', 'ALLOCATED', 'RELEASED', 'RESTOCKED')),
  expires_at timestamptz NOT NULL,
  sku_ids uuid[] NOT NULL,
  quantities integer[] NOT NULL,
  unit_prices bigint[] NOT NULL,
  CHECK (cardinality(sku_ids) = cardinality(quantities) AND cardinality(sku_ids) = cardinality(unit_prices))
) WITH (fillfactor = 80);
CREATE INDEX reservation_due ON reservation (expires_at) WHERE state = 'HELD';
