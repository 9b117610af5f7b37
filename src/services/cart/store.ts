import type { Queryable, Statement } from '#kernel/store.ts'
import { sql } from '#engines/postgres/sql.ts'
import { keyOf, MAX_QUANTITY, type Item, type Owner } from './cart.ts'

const kinds = (owners: readonly Owner[]): string[] => owners.map((each) => each.kind)
const ids = (owners: readonly Owner[]): string[] => owners.map((each) => each.id)

interface ItemRow extends Item {
  kind: Owner['kind']
  ownerId: string
}

/** Items of carts by the key of their owner, in the order they were put in. */
export const findItems = async (db: Queryable, owners: readonly Owner[]): Promise<Map<string, Item[]>> => {
  const rows = await db.query<ItemRow>(sql`
    SELECT kind, owner_id AS "ownerId", sku_id AS "skuId", quantity, added_at AS "addedAt", chosen
    FROM cart_item JOIN unnest(${kinds(owners)}::text[], ${ids(owners)}::uuid[]) AS given (kind, owner_id)
      USING (kind, owner_id)
    ORDER BY added_at, sku_id`)
  const carts = new Map<string, Item[]>()
  for (const { kind, ownerId, ...item } of rows) {
    const key = keyOf({ kind, id: ownerId })
    const items = carts.get(key)
    if (items) items.push(item)
    else carts.set(key, [item])
  }
  return carts
}

/** Makes or finds carts and keeps them from other changes until the transaction ends. `owners` must be in lock order. */
export const lockCarts = (owners: readonly Owner[], now: number): Statement => sql`
  INSERT INTO cart (kind, owner_id, touched_at)
  SELECT kind, owner_id, ${new Date(now)}
  FROM unnest(${kinds(owners)}::text[], ${ids(owners)}::uuid[]) WITH ORDINALITY AS given (kind, owner_id, place)
  ORDER BY place
  ON CONFLICT (kind, owner_id) DO UPDATE SET touched_at = excluded.touched_at`

/** Keeps a cart from other changes until the transaction ends; false when there is none. */
export const lockCart = async (tx: Queryable, { kind, id }: Owner): Promise<boolean> =>
  (
    await tx.query(sql`
      SELECT owner_id FROM cart WHERE kind = ${kind} AND owner_id = ${id} FOR UPDATE`)
  ).length > 0

/** Keeps members' carts from other changes. */
export const lockMemberCarts = (memberIds: readonly string[]): Statement => sql`
  SELECT owner_id FROM cart WHERE kind = 'member' AND owner_id = ANY (${memberIds}::uuid[])
  ORDER BY owner_id FOR UPDATE`

/** Writes items, each named once. */
export const saveItems = (all: readonly (Item & { readonly owner: Owner })[]): Statement => {
  const owners = all.map((each) => each.owner)
  return sql`
    INSERT INTO cart_item (kind, owner_id, sku_id, quantity, added_at, chosen)
    SELECT kind, owner_id, sku_id, quantity, added_at, chosen
    FROM unnest(${kinds(owners)}::text[], ${ids(owners)}::uuid[], ${all.map((each) => each.skuId)}::uuid[],
                ${all.map((each) => each.quantity)}::integer[],
                ${all.map((each) => new Date(each.addedAt))}::timestamptz[],
                ${all.map((each) => each.chosen)}::boolean[])
      AS given (kind, owner_id, sku_id, quantity, added_at, chosen)
    ON CONFLICT (kind, owner_id, sku_id) DO UPDATE SET quantity = excluded.quantity, chosen = excluded.chosen`
}

/** Sets which items of a cart are chosen to be ordered. SKUs that are not in it are ignored. */
export const chooseItems = (owner: Owner, choice: readonly Pick<Item, 'skuId' | 'chosen'>[]): Statement => sql`
  UPDATE cart_item SET chosen = given.chosen
  FROM unnest(${choice.map((each) => each.skuId)}::uuid[], ${choice.map((each) => each.chosen)}::boolean[])
    AS given (sku_id, chosen)
  WHERE kind = ${owner.kind} AND owner_id = ${owner.id} AND cart_item.sku_id = given.sku_id`

/** Takes a SKU out of a cart. */
export const deleteItem = (owner: Owner, skuId: string): Statement => sql`
  DELETE FROM cart_item WHERE kind = ${owner.kind} AND owner_id = ${owner.id} AND sku_id = ${skuId}`

/**
 * Moves a guest's items into a member's cart; quantities add up as far as one line may go, and what either had chosen is.
 * Answers how many kinds moved.
 */
export const moveItems = async (tx: Queryable, guestId: string, memberId: string): Promise<number> =>
  (
    await tx.query(sql`
      INSERT INTO cart_item (kind, owner_id, sku_id, quantity, added_at, chosen)
      SELECT 'member', ${memberId}, sku_id, quantity, added_at, chosen FROM cart_item
      WHERE kind = 'guest' AND owner_id = ${guestId}
      ON CONFLICT (kind, owner_id, sku_id)
        DO UPDATE SET quantity = least(${MAX_QUANTITY}::integer, cart_item.quantity + excluded.quantity),
          chosen = cart_item.chosen OR excluded.chosen
      RETURNING sku_id`)
  ).length

/** Forgets a guest's cart. */
export const deleteGuestCart = (guestId: string): Statement =>
  sql`DELETE FROM cart WHERE kind = 'guest' AND owner_id = ${guestId}`

/** Forgets the carts of members, with what lies in them. */
export const deleteMemberCarts = (memberIds: readonly string[]): Statement =>
  sql`DELETE FROM cart WHERE kind = 'member' AND owner_id = ANY (${memberIds}::uuid[])`

/** Units a member bought of a SKU. */
export interface Bought {
  readonly memberId: string
  readonly skuId: string
  readonly quantity: number
}

/** Takes what was bought out of members' carts: as many units as were bought, no more. Each member and SKU is named once. */
export const takeBought = (all: readonly Bought[]): Statement => sql`
  WITH bought AS (
    SELECT * FROM unnest(${all.map((each) => each.memberId)}::uuid[], ${all.map((each) => each.skuId)}::uuid[],
                         ${all.map((each) => each.quantity)}::integer[]) AS given (owner_id, sku_id, quantity)
  ), emptied AS (
    DELETE FROM cart_item USING bought
    WHERE cart_item.kind = 'member' AND cart_item.owner_id = bought.owner_id AND cart_item.sku_id = bought.sku_id
      AND cart_item.quantity <= bought.quantity
  )
  UPDATE cart_item SET quantity = cart_item.quantity - bought.quantity FROM bought
  WHERE cart_item.kind = 'member' AND cart_item.owner_id = bought.owner_id AND cart_item.sku_id = bought.sku_id
    AND cart_item.quantity > bought.quantity`

/** Forgets guests' carts nobody has changed since `before`; answers how many. */
export const deleteLeftBehind = async (db: Queryable, before: number, limit: number): Promise<number> =>
  (
    await db.query(sql`
      WITH old AS MATERIALIZED (
        SELECT kind, owner_id FROM cart WHERE kind = 'guest' AND touched_at < ${new Date(before)}
        LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      DELETE FROM cart WHERE (kind, owner_id) IN (SELECT kind, owner_id FROM old)
      RETURNING owner_id`)
  ).length
