-- The least a whole order costs a database: order, two lines, two stock reservations, outbox row and idempotency key,
-- many orders in one call. No rules, no events beyond one row, no HTTP.
DROP SCHEMA IF EXISTS bench_limit CASCADE;
CREATE SCHEMA bench_limit;
SET search_path = bench_limit;
CREATE TABLE sku (id int PRIMARY KEY, on_hand int NOT NULL, reserved int NOT NULL DEFAULT 0,
  CHECK (reserved BETWEEN 0 AND on_hand)) WITH (fillfactor = 50);
CREATE TABLE orders (id bigint PRIMARY KEY, member int NOT NULL, status smallint NOT NULL DEFAULT 0, total int NOT NULL);
CREATE TABLE order_line (order_id bigint NOT NULL, number smallint NOT NULL, sku int NOT NULL, quantity int NOT NULL,
  price int NOT NULL, PRIMARY KEY (order_id, number));
CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb NOT NULL);
CREATE TABLE idempotency (key uuid PRIMARY KEY, order_id bigint NOT NULL);
INSERT INTO sku SELECT n, 2000000000, 0 FROM generate_series(1, 10000) AS n;

CREATE FUNCTION place(p_key uuid[], p_id bigint[], l_id bigint[], l_number int2[], l_sku int[], d_sku int[], d_quantity int[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE changed int;
BEGIN
  INSERT INTO idempotency SELECT * FROM unnest(p_key, p_id);
  INSERT INTO orders (id, member, total) SELECT id, 1, 1000 FROM unnest(p_id) AS id;
  INSERT INTO order_line SELECT id, number, sku, 1, 500 FROM unnest(l_id, l_number, l_sku) AS line (id, number, sku);
  INSERT INTO outbox (payload) SELECT jsonb_build_object('type', 'order.placed', 'order', id) FROM unnest(p_id) AS id;
  PERFORM 1 FROM sku WHERE id = ANY (d_sku) ORDER BY id FOR NO KEY UPDATE;
  UPDATE sku SET reserved = reserved + wanted.quantity
  FROM unnest(d_sku, d_quantity) AS wanted (sku, quantity)
  WHERE id = wanted.sku AND on_hand - reserved >= wanted.quantity;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(d_sku) THEN RAISE EXCEPTION 'short'; END IF;
END $$;
