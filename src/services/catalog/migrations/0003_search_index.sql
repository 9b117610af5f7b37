-- What a search engine beside PostgreSQL has yet to hear of. Kept by triggers, so that whatever changes a product is told.

CREATE SEQUENCE search_revision;

CREATE TABLE unindexed (
  -- A product's id, or category:<id>.
  id text PRIMARY KEY,
  -- Grows with every change of the same id: the row's lock keeps its writers one after another.
  revision bigint NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Nothing changed: a new index wants it.
  bulk boolean NOT NULL DEFAULT false,
  -- The engine will never take it as it is.
  refused boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);
CREATE INDEX unindexed_next ON unindexed (bulk, revision) WHERE NOT refused;

CREATE FUNCTION mark_products() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO unindexed (id, revision)
  SELECT id::text, nextval('search_revision') FROM (SELECT id FROM changed ORDER BY id) AS sorted
  ON CONFLICT (id) DO UPDATE SET revision = nextval('search_revision'), bulk = false, refused = false;
  RETURN NULL;
END $$;

CREATE FUNCTION mark_categories() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO unindexed (id, revision)
  SELECT 'category:' || id, nextval('search_revision') FROM (SELECT id FROM changed ORDER BY id) AS sorted
  ON CONFLICT (id) DO UPDATE SET revision = nextval('search_revision'), bulk = false, refused = false;
  RETURN NULL;
END $$;

CREATE TRIGGER mark_added AFTER INSERT ON product REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_products();
CREATE TRIGGER mark_changed AFTER UPDATE ON product REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_products();
CREATE TRIGGER mark_removed AFTER DELETE ON product REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_products();
CREATE TRIGGER mark_added AFTER INSERT ON category REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_categories();
CREATE TRIGGER mark_changed AFTER UPDATE ON category REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_categories();
CREATE TRIGGER mark_removed AFTER DELETE ON category REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION mark_categories();

-- How far the index is. One row; whoever holds the lease works on it.
CREATE TABLE search_index (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- How the documents of the index that is built, or else searched, are laid out.
  mapping integer,
  analyzer text,
  -- The index that is searched, and the one that will be.
  live text,
  building text,
  began_at timestamptz,
  -- Documents the new index will have, and how many of them were marked, up to which product, when all were.
  total integer NOT NULL DEFAULT 0,
  marked integer NOT NULL DEFAULT 0,
  marked_to uuid,
  marked_at timestamptz,
  -- Someone asked for a new index, of this layout.
  wanted integer,
  -- Why the last try to begin one failed.
  failure text,
  indexer text,
  indexer_until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO search_index DEFAULT VALUES;
