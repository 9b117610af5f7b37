import type { Queryable } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import type { Violation } from '#kernel/invariant.ts'

/** How much there is to look at. */
export const countStock = async (db: Queryable): Promise<{ skus: number; reservations: number; holds: number }> =>
  (
    await db.query<{ skus: number; reservations: number; holds: number }>(sql`
      SELECT (SELECT count(*) FROM jt_product.sku) AS skus, count(*) AS reservations,
        count(*) FILTER (WHERE state IN ('HELD', 'SECURED')) AS holds
      FROM jt_product.reservation`)
  )[0]!

/** SKUs whose stock on hand is not what was moved in and out. */
export const wrongOnHand = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH moved AS (SELECT sku_id, sum(delta) AS sum FROM jt_product.stock_movement GROUP BY sku_id)
    SELECT coalesce(id, sku_id) AS id,
      format('%s on hand, movements sum to %s', coalesce(on_hand::text, 'no such SKU'), coalesce(sum, 0)) AS what
    FROM jt_product.sku FULL JOIN moved ON sku_id = id
    WHERE on_hand IS DISTINCT FROM coalesce(sum, 0)`)

/** SKUs whose reserved units are not those of live reservations; what one borrowed of another counts once. */
export const wrongReserved = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH held AS (
      SELECT line.sku_id, sum(line.quantity - coalesce(line.borrowed, 0)) AS sum
      FROM jt_product.reservation, unnest(sku_ids, quantities, borrowed) AS line (sku_id, quantity, borrowed)
      WHERE state IN ('HELD', 'SECURED') GROUP BY line.sku_id
    )
    SELECT coalesce(id, sku_id) AS id,
      format('%s reserved, live reservations sum to %s', coalesce(reserved::text, 'no such SKU'), coalesce(sum, 0)) AS what
    FROM jt_product.sku FULL JOIN held ON sku_id = id
    WHERE reserved IS DISTINCT FROM coalesce(sum, 0)`)

/** Lendings that one side knows nothing of, that outlived a side, or of more than both hold. */
export const wrongLendings = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH lender AS (SELECT * FROM jt_product.reservation WHERE lent_to IS NOT NULL),
      borrower AS (SELECT * FROM jt_product.reservation WHERE borrows_from IS NOT NULL)
    SELECT coalesce(borrower.id, lender.id) AS id, format('%s borrows from %s, %s is lent to %s',
      coalesce(borrower.state, 'nobody'), coalesce(borrower.borrows_from::text, 'nobody'),
      coalesce(lender.state, 'nobody'), coalesce(lender.lent_to::text, 'nobody')) AS what
    FROM borrower FULL JOIN lender ON lender.id = borrower.borrows_from AND lender.lent_to = borrower.id
    WHERE borrower.id IS NULL OR lender.id IS NULL OR borrower.state <> 'HELD' OR lender.state NOT IN ('HELD', 'SECURED')
      OR EXISTS (
        SELECT FROM unnest(borrower.sku_ids, borrower.quantities, borrower.borrowed) AS line (sku_id, quantity, units)
        LEFT JOIN unnest(lender.sku_ids, lender.quantities) AS lent (sku_id, quantity) USING (sku_id)
        WHERE line.units IS NULL OR line.units NOT BETWEEN 0 AND least(line.quantity, coalesce(lent.quantity, 0)))`)

/** SKUs with less than nothing, or with more promised than there is. */
export const impossibleStock = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    SELECT id, format('%s on hand, %s reserved', on_hand, reserved) AS what
    FROM jt_product.sku WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand`)

/**
 * Reservations whose units did not leave stock, or come back, as their state says. They come back under the reservation's
 * own reference or under that of a restock.
 */
export const wrongMovements = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH line AS (
      SELECT reservation.id::text AS reference, line.sku_id, state, line.quantity, coalesce(line.back, 0) AS back
      FROM jt_product.reservation, unnest(sku_ids, quantities, returned) AS line (sku_id, quantity, back)
    ), moved AS (
      SELECT coalesce(restock.reservation_id::text, reference) AS reference, sku_id,
        coalesce(-sum(delta) FILTER (WHERE kind = 'SOLD'), 0) AS sold,
        coalesce(sum(delta) FILTER (WHERE kind = 'RETURNED'), 0) AS returned
      FROM jt_product.stock_movement LEFT JOIN jt_product.restock
        ON kind = 'RETURNED' AND restock.id::text = reference
      WHERE kind IN ('SOLD', 'RETURNED') GROUP BY 1, 2
    )
    SELECT coalesce(reference, '(no reference)') AS id, format('%s of %s units: %s sold, %s returned, SKU %s',
      coalesce(state, 'no reservation'), coalesce(quantity, 0), coalesce(sold, 0), coalesce(returned, 0), sku_id) AS what
    FROM line FULL JOIN moved USING (reference, sku_id)
    WHERE NOT CASE state
      WHEN 'ALLOCATED' THEN coalesce(sold, 0) = quantity AND coalesce(returned, 0) = back AND back BETWEEN 0 AND quantity
      -- Returned before word of the sale came: it never left.
      WHEN 'RESTOCKED' THEN coalesce(sold, 0) = coalesce(returned, 0) AND coalesce(sold, 0) IN (0, quantity)
      ELSE coalesce(sold, 0) = 0 AND coalesce(returned, 0) = 0
    END`)

/** How many restocks there are. */
export const countRestocks = async (db: Queryable): Promise<number> =>
  (await db.query<{ count: number }>(sql`SELECT count(*) AS count FROM jt_product.restock`))[0]!.count

/** Restocks that did not return just what they name, or did not write it off as they say. */
export const wrongRestocks = (db: Queryable): Promise<Violation[]> =>
  db.query<Violation>(sql`
    WITH line AS (
      SELECT id::text AS reference, line.sku_id, destination, line.quantity
      FROM jt_product.restock, unnest(sku_ids, quantities) AS line (sku_id, quantity)
    ), moved AS (
      SELECT reference, sku_id, coalesce(sum(delta) FILTER (WHERE kind = 'RETURNED'), 0) AS returned,
        coalesce(-sum(delta) FILTER (WHERE kind = 'WRITTEN_OFF'), 0) AS written_off
      FROM jt_product.stock_movement AS movement WHERE kind IN ('RETURNED', 'WRITTEN_OFF')
        AND (kind = 'WRITTEN_OFF' OR EXISTS (SELECT FROM jt_product.restock WHERE id::text = movement.reference))
      GROUP BY reference, sku_id
    )
    SELECT coalesce(reference, '(no reference)') AS id, format('%s units to %s: %s returned, %s written off, SKU %s',
      coalesce(quantity, 0), coalesce(destination, 'nowhere'), coalesce(returned, 0), coalesce(written_off, 0), sku_id) AS what
    FROM line FULL JOIN moved USING (reference, sku_id)
    WHERE quantity IS DISTINCT FROM returned
      OR written_off IS DISTINCT FROM CASE destination WHEN 'WRITE_OFF' THEN quantity ELSE 0 END`)

/** Holds past their deadline, with it. */
export const overdueHolds = (db: Queryable, now: number): Promise<{ id: string; at: number }[]> =>
  db.query<{ id: string; at: number }>(sql`
    SELECT id, expires_at AS at FROM jt_product.reservation
    WHERE state = 'HELD' AND expires_at <= ${new Date(now)}`)
