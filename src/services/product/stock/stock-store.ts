import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { partnerOf, type Pledged } from '../reservation/reservation-transfer.ts'
import {
  inLockOrder,
  type Line,
  type Reservation,
  type ReservationState,
  type StockChange,
} from '../reservation/reservation.ts'

/** A SKU as it is sold now. */
export interface Offer {
  readonly skuId: string
  readonly productId: string
  readonly productName: string
  readonly imageUrl: string | null
  readonly options: Record<string, string>
  readonly unitPrice: number
  readonly available: number
  readonly onSale: boolean
}

/** SKUs as they are sold now; unknown ones are left out. */
export const findOffers = async (db: Queryable, skuIds: readonly string[]): Promise<Map<string, Offer>> => {
  const rows = await db.query<Offer>(sql`
    SELECT sku.id AS "skuId", product.id AS "productId", product.name AS "productName",
           product.image_urls ->> 0 AS "imageUrl", sku.options, sku.price AS "unitPrice",
           sku.on_hand - sku.reserved AS available,
           sku.status = 'ON_SALE' AND product.status = 'ON_SALE' AS "onSale"
    FROM sku JOIN product ON product.id = sku.product_id
    WHERE sku.id = ANY (${skuIds}::uuid[])`)
  return new Map(rows.map((row) => [row.skuId, row]))
}

interface ReservationRow {
  id: string
  state: ReservationState
  skuIds: string[]
  quantities: number[]
  unitPrices: number[]
}

const byId = (rows: readonly ReservationRow[]): Map<string, Reservation> => new Map(rows.map((row) => [row.id, row]))

/** Reservations by id. */
export const findReservations = async (db: Queryable, ids: readonly string[]): Promise<Map<string, Reservation>> =>
  byId(
    await db.query<ReservationRow>(sql`
      SELECT id, state, sku_ids::text[] AS "skuIds", quantities, unit_prices::float8[] AS "unitPrices"
      FROM reservation WHERE id = ANY (${ids}::uuid[])`),
  )

interface PledgedRow extends ReservationRow {
  lentTo: string | null
  borrowsFrom: string | null
  borrowed: number[] | null
  orderId: string | null
  returned: number[] | null
}

const lockThese = (tx: Queryable, ids: readonly string[]): Promise<PledgedRow[]> =>
  tx.query<PledgedRow>(sql`
    SELECT id, state, sku_ids::text[] AS "skuIds", quantities, unit_prices::float8[] AS "unitPrices",
           lent_to AS "lentTo", borrows_from AS "borrowsFrom", borrowed, order_id AS "orderId", returned
    FROM reservation
    WHERE id = ANY (${ids}::uuid[] || ARRAY (
      SELECT coalesce(lent_to, borrows_from) FROM reservation
      WHERE id = ANY (${ids}::uuid[]) AND (lent_to IS NOT NULL OR borrows_from IS NOT NULL)))
    ORDER BY id FOR NO KEY UPDATE`)

/** Once to lock what is asked for, once more for whom it began to lend to meanwhile; the rest is a margin. */
const LOOKS = 4

/**
 * Reservations by id and those they lend to or borrow from, locked until the transaction ends. `ids` must be in lock
 * order; reservations are locked before SKUs.
 */
export const lockReservations = async (tx: Queryable, ids: readonly string[]): Promise<Map<string, Pledged>> => {
  let wanted = ids
  for (let look = 1; look <= LOOKS; look++) {
    const locked = new Map<string, Pledged>((await lockThese(tx, wanted)).map((row) => [row.id, row]))
    // A lending may have begun while we waited for the locks, with one who was not there when we began to look.
    const partners = [...locked.values()].flatMap((each) => partnerOf(each) ?? [])
    const missing = partners.filter((id) => !locked.has(id))
    if (missing.length === 0) return locked
    wanted = inLockOrder([...wanted, ...missing])
  }
  throw new Error(`Reservations lend to or borrow from others that are not there: ${wanted.join()}`)
}

/** A reservation about to be stored as HELD. */
export interface NewReservation {
  readonly id: string
  readonly expiresAt: number
  readonly lines: readonly (Line & { readonly unitPrice: number })[]
}

const columnsOf = (all: readonly NewReservation[]) => ({
  ids: all.map((each) => each.id),
  deadlines: all.map((each) => new Date(each.expiresAt)),
  // Lists of different lengths do not fit one array: each travels as its own literal.
  skus: all.map((each) => `{${each.lines.map((line) => line.skuId).join()}}`),
  quantities: all.map((each) => `{${each.lines.map((line) => line.quantity).join()}}`),
  prices: all.map((each) => `{${each.lines.map((line) => line.unitPrice).join()}}`),
})

/** Stores reservations, sorted by id by the caller; fails with 23505 when one exists. */
export const insertReservations = (all: readonly NewReservation[]): Statement => {
  const { ids, deadlines, skus, quantities, prices } = columnsOf(all)
  return sql`
    INSERT INTO reservation (id, state, expires_at, sku_ids, quantities, unit_prices)
    SELECT id, 'HELD', expires_at, sku_ids::uuid[], quantities::integer[], unit_prices::bigint[]
    FROM unnest(${ids}::uuid[], ${deadlines}::timestamptz[], ${skus}::text[], ${quantities}::text[], ${prices}::text[])
      AS given (id, expires_at, sku_ids, quantities, unit_prices)`
}

/** Stores those reservations that do not exist; answers their ids. */
export const insertNewReservations = async (tx: Queryable, all: readonly NewReservation[]): Promise<Set<string>> => {
  const { ids, deadlines, skus, quantities, prices } = columnsOf(all)
  const rows = await tx.query<{ id: string }>(sql`
    INSERT INTO reservation (id, state, expires_at, sku_ids, quantities, unit_prices)
    SELECT id, 'HELD', expires_at, sku_ids::uuid[], quantities::integer[], unit_prices::bigint[]
    FROM unnest(${ids}::uuid[], ${deadlines}::timestamptz[], ${skus}::text[], ${quantities}::text[], ${prices}::text[])
      AS given (id, expires_at, sku_ids, quantities, unit_prices)
    ON CONFLICT DO NOTHING
    RETURNING id`)
  return new Set(rows.map((row) => row.id))
}

/** Marks ids that nobody reserved as released, so that a reservation still on its way finds itself ended. */
export const insertReleased = (ids: readonly string[], now: number): Statement => sql`
  INSERT INTO reservation (id, state, expires_at, sku_ids, quantities, unit_prices)
  SELECT id, 'RELEASED', ${new Date(now)}, '{}', '{}', '{}' FROM unnest(${ids}::uuid[]) AS given (id)
  ON CONFLICT DO NOTHING`

/** Takes back reservations stored in this transaction. */
export const deleteReservations = (ids: readonly string[]): Statement =>
  sql`DELETE FROM reservation WHERE id = ANY (${ids}::uuid[])`

/** Writes new states, orders they were sold to, and what came back. */
export const saveStates = (all: readonly Pick<Pledged, 'id' | 'state' | 'orderId' | 'returned'>[]): Statement => sql`
  UPDATE reservation SET state = given.state, order_id = given.order_id, returned = given.returned::integer[]
  FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => each.state)}::text[],
              ${all.map((each) => each.orderId)}::uuid[],
              ${all.map((each) => each.returned && `{${each.returned.join()}}`)}::text[])
    AS given (id, state, order_id, returned)
  WHERE reservation.id = given.id`

/** Writes who lends to whom, and what. */
export const savePledges = (all: readonly Pledged[]): Statement => sql`
  UPDATE reservation
  SET lent_to = given.lent_to, borrows_from = given.borrows_from, borrowed = given.borrowed::integer[]
  FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => each.lentTo)}::uuid[],
              ${all.map((each) => each.borrowsFrom)}::uuid[],
              ${all.map((each) => each.borrowed && `{${each.borrowed.join()}}`)}::text[])
    AS given (id, lent_to, borrows_from, borrowed)
  WHERE reservation.id = given.id`

/** Holds whose deadline has passed, the longest first. */
export const findOverdue = async (db: Queryable, now: number, limit: number): Promise<string[]> =>
  (
    await db.query<{ id: string }>(sql`
      SELECT id FROM reservation WHERE state = 'HELD' AND expires_at <= ${new Date(now)}
      ORDER BY expires_at LIMIT ${limit}`)
  ).map((row) => row.id)

/** Claims those of them that are still overdue; those someone else works on are left out. */
export const claimOverdue = async (tx: Queryable, ids: readonly string[], now: number): Promise<string[]> =>
  (
    await tx.query<{ id: string }>(sql`
      SELECT id FROM reservation
      WHERE id = ANY (${ids}::uuid[]) AND state = 'HELD' AND expires_at <= ${new Date(now)}
      ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`)
  ).map((row) => row.id)

/** Locks SKUs, in lock order, and answers what is available of each. */
export const lockSkus = async (tx: Queryable, ids: readonly string[]): Promise<Map<string, number>> => {
  const rows = await tx.query<{ id: string; available: number }>(sql`
    SELECT id, on_hand - reserved AS available FROM sku WHERE id = ANY (${ids}::uuid[])
    ORDER BY id FOR NO KEY UPDATE`)
  return new Map(rows.map((row) => [row.id, row.available]))
}

/** A SKU's stock after a change. */
export interface StockRow {
  readonly skuId: string
  readonly productId: string
  readonly onHand: number
  readonly reserved: number
  readonly flips: number
  /** Whether this change sold it out or brought it back. */
  readonly flipped: boolean
}

/** Changes stock of SKUs that are locked; 23514 when one would fall below what is reserved. The only statement that does. */
export const changeStock = (tx: Queryable, changes: readonly StockChange[]): Promise<StockRow[]> =>
  tx.query<StockRow>(sql`
    UPDATE sku SET
      on_hand = sku.on_hand + given.on_hand,
      reserved = sku.reserved + given.reserved,
      flips = sku.flips + CASE
        WHEN (sku.on_hand > sku.reserved) <> (sku.on_hand + given.on_hand > sku.reserved + given.reserved) THEN 1
        ELSE 0
      END
    FROM unnest(${changes.map((each) => each.skuId)}::uuid[], ${changes.map((each) => each.onHand)}::integer[],
                ${changes.map((each) => each.reserved)}::integer[]) AS given (id, on_hand, reserved)
    WHERE sku.id = given.id
    RETURNING sku.id AS "skuId", sku.product_id AS "productId", new.on_hand AS "onHand", new.reserved, new.flips,
              new.flips <> old.flips AS flipped`)

/** A change of what is on hand, for the ledger. */
export interface Movement {
  readonly id: string
  readonly skuId: string
  readonly kind: 'RECEIVED' | 'ADJUSTED' | 'SOLD' | 'RETURNED' | 'WRITTEN_OFF'
  readonly delta: number
  readonly reason: string
  /** What caused it: a reservation, a restock, or the key staff gave with it. */
  readonly reference: string | null
  /** The member of staff who made it; null when the shop itself did. */
  readonly memberId: string | null
}

/** Adds to the ledger of stock. */
export const insertMovements = (all: readonly Movement[], now: number): Statement => sql`
  INSERT INTO stock_movement (id, sku_id, kind, delta, reason, reference, member_id, at)
  SELECT id, sku_id, kind, delta, reason, reference, member_id, ${new Date(now)}
  FROM unnest(${all.map((each) => each.id)}::uuid[], ${all.map((each) => each.skuId)}::uuid[],
              ${all.map((each) => each.kind)}::text[], ${all.map((each) => each.delta)}::integer[],
              ${all.map((each) => each.reason)}::text[], ${all.map((each) => each.reference)}::text[],
              ${all.map((each) => each.memberId)}::uuid[])
    AS given (id, sku_id, kind, delta, reason, reference, member_id)`

/** A movement staff made of a SKU under a key. */
export const findMovement = async (db: Queryable, skuId: string, reference: string): Promise<Movement | undefined> =>
  (
    await db.query<Movement>(sql`
      SELECT id, sku_id AS "skuId", kind, delta, reason, reference, member_id AS "memberId" FROM stock_movement
      WHERE reference = ${reference} AND sku_id = ${skuId} AND kind IN ('RECEIVED', 'ADJUSTED')`)
  )[0]

/** A movement as the ledger has it. */
export interface StoredMovement extends Movement {
  /** Epoch milliseconds. */
  readonly at: number
}

/** A page of a SKU's movements, newest first, below an id; undefined when there is no such SKU. */
export const findMovements = async (
  db: Queryable,
  skuId: string,
  below: string | undefined,
  limit: number,
): Promise<StoredMovement[] | undefined> => {
  const [found] = await db.query<{ there: boolean }>(sql`
    SELECT EXISTS (SELECT FROM sku WHERE id = ${skuId}) AS there`)
  if (!found!.there) return undefined
  return db.query<StoredMovement>(sql`
    SELECT id, sku_id AS "skuId", kind, delta, reason, reference, member_id AS "memberId", at
    FROM stock_movement
    WHERE sku_id = ${skuId} AND id < ${below ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'}::uuid
    ORDER BY id DESC LIMIT ${limit}`)
}

/** What is on hand and reserved of SKUs, which are locked; `ids` must be in lock order. */
export const lockStocks = async (
  tx: Queryable,
  ids: readonly string[],
): Promise<Map<string, { onHand: number; reserved: number }>> => {
  const rows = await tx.query<{ id: string; onHand: number; reserved: number }>(sql`
    SELECT id, on_hand AS "onHand", reserved FROM sku WHERE id = ANY (${ids}::uuid[])
    ORDER BY id FOR NO KEY UPDATE`)
  return new Map(rows.map(({ id, ...stock }) => [id, stock]))
}
