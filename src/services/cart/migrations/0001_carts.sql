CREATE TABLE cart (
  kind text NOT NULL CHECK (kind IN ('guest', 'member')),
  owner_id uuid NOT NULL,
  touched_at timestamptz NOT NULL,
  PRIMARY KEY (kind, owner_id)
);
CREATE INDEX cart_left_behind ON cart (touched_at) WHERE kind = 'guest';

CREATE TABLE cart_item (
  kind text NOT NULL,
  owner_id uuid NOT NULL,
  sku_id uuid NOT NULL,
  quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 999),
  added_at timestamptz NOT NULL,
  PRIMARY KEY (kind, owner_id, sku_id),
  FOREIGN KEY (kind, owner_id) REFERENCES cart (kind, owner_id) ON DELETE CASCADE
);
