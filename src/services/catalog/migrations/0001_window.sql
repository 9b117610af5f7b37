-- What the shop window shows. Everything here is made from events and can be made again from them.

CREATE TABLE category (
  id text PRIMARY KEY,
  name text NOT NULL,
  name_en text NOT NULL,
  parent_id text,
  position integer NOT NULL
);

CREATE TABLE product (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  brand text,
  category_id text,
  image_urls jsonb NOT NULL,
  options jsonb NOT NULL,
  -- Every SKU, each with the number of times it sold out or came back.
  skus jsonb NOT NULL,
  status text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Derived from the above: whether it is shown, its lowest price, whether all its SKUs are sold out.
  listed boolean NOT NULL,
  price bigint NOT NULL,
  sold_out boolean NOT NULL,
  -- Units sold, as last ranked.
  popularity bigint NOT NULL DEFAULT 0
);
CREATE INDEX product_newest ON product (created_at DESC, id DESC) WHERE listed;
CREATE INDEX product_popular ON product (popularity DESC, id DESC) WHERE listed;
CREATE INDEX product_price ON product (price, id) WHERE listed;
CREATE INDEX product_category ON product (category_id, created_at DESC, id DESC) WHERE listed;

-- What can be searched of a product, one line for each field, without spaces; and every one or two characters in a row of it.
CREATE TABLE product_text (
  product_id uuid PRIMARY KEY REFERENCES product (id) ON DELETE CASCADE,
  text text NOT NULL,
  grams text[] NOT NULL
);
-- Written seldom, read often: no list of pending entries for every search to go through.
CREATE INDEX product_text_grams ON product_text USING gin (grams) WITH (fastupdate = off);

-- Completions: a row for every word start of every name. `key` is the rest of the name in single jamo.
CREATE TABLE term (
  owner text NOT NULL,
  text text NOT NULL,
  key text COLLATE "C" NOT NULL,
  initials text COLLATE "C" NOT NULL,
  rest text NOT NULL,
  opens boolean NOT NULL,
  weight bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX term_owner ON term (owner);
CREATE INDEX term_key ON term (key);
CREATE INDEX term_initials ON term (initials);
-- Very many terms share a beginning of one or two letters: the best of them must be found without reading all.
CREATE INDEX term_key_1 ON term (left(key, 1), opens DESC, weight DESC);
CREATE INDEX term_key_2 ON term (left(key, 2), opens DESC, weight DESC);
CREATE INDEX term_initials_1 ON term (left(initials, 1), opens DESC, weight DESC);
CREATE INDEX term_initials_2 ON term (left(initials, 2), opens DESC, weight DESC);

-- Units sold, counted at once; ranked into `product` now and then, because that touches many indexes.
CREATE TABLE sale (
  product_id uuid PRIMARY KEY,
  sold bigint NOT NULL,
  ranked bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
