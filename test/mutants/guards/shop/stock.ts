import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const PRODUCT = 'src/services/product'
const life = guardsOf(
  `${PRODUCT}/reservation/reservation.ts`,
  `${PRODUCT}/reservation/reservation.test.ts`,
  `${PRODUCT}/reservation/property.test.ts`,
  `${PRODUCT}/reservation/reserve.test.ts`,
  `${PRODUCT}/reservation/orders.test.ts`,
)
const reserve = guardsOf(`${PRODUCT}/reservation/reserve.ts`, `${PRODUCT}/reservation/reserve.test.ts`)
const races = guardsOf(`${PRODUCT}/reservation/reserve.ts`, `${PRODUCT}/reservation/race.test.ts`)
const settle = guardsOf(
  `${PRODUCT}/reservation/reservation-transitions.ts`,
  `${PRODUCT}/products/product-commands.test.ts`,
)
const service = guardsOf(
  `${PRODUCT}/service.ts`,
  `${PRODUCT}/reservation/reserve.test.ts`,
  `${PRODUCT}/reservation/orders.test.ts`,
)
const store = guardsOf(`${PRODUCT}/stock/stock-store.ts`, `${PRODUCT}/reservation/reserve.test.ts`)
const lending = guardsOf(
  `${PRODUCT}/reservation/reservation-transfer.ts`,
  `${PRODUCT}/reservation/reservation-transfer.test.ts`,
)
const replacing = guardsOf(`${PRODUCT}/reservation/replace.ts`, `${PRODUCT}/reservation/reservation-transfer.test.ts`)
const schema = guardsOf(`${PRODUCT}/migrations/0001_products_and_stock.sql`, `${PRODUCT}/constraints.test.ts`)
const lent = guardsOf(`${PRODUCT}/migrations/0002_lending.sql`, `${PRODUCT}/constraints.test.ts`)

const restocks = guardsOf(`${PRODUCT}/stock/restock.ts`, `${PRODUCT}/stock/restock.test.ts`)
const returned = guardsOf(`${PRODUCT}/migrations/0004_units_that_come_back.sql`, `${PRODUCT}/constraints.test.ts`)

/** Stock is held, sold and given back once, and never more of it than there is. */
export const stock: readonly Mutant[] = [
  life(
    'a secured hold is ended by no release',
    'release: { HELD: released, SECURED: DONE',
    'release: { HELD: released, SECURED: released',
  ),
  life(
    'a secured hold is ended by no deadline',
    'overdue: { HELD: released, SECURED: DONE',
    'overdue: { HELD: released, SECURED: released',
  ),
  life(
    'what was sold is not sold again',
    'paid: { HELD: sold, SECURED: sold, ALLOCATED: DONE',
    'paid: { HELD: sold, SECURED: sold, ALLOCATED: sold',
  ),
  life('what was given back is not sold', 'ALLOCATED: DONE, RELEASED: IMPOSSIBLE', 'ALLOCATED: DONE, RELEASED: DONE'),
  life(
    'what came back does not come back again',
    'ALLOCATED: returned, RELEASED: DONE, RESTOCKED: DONE',
    'ALLOCATED: returned, RELEASED: DONE, RESTOCKED: returned',
  ),
  life(
    'what was given back is not given back again',
    'release: { HELD: released, SECURED: DONE, ALLOCATED: DONE, RELEASED: DONE',
    'release: { HELD: released, SECURED: DONE, ALLOCATED: DONE, RELEASED: released',
  ),
  life('what has ended is not secured', 'ALLOCATED: DONE, RELEASED: ENDED', 'ALLOCATED: DONE, RELEASED: DONE'),
  life('a SKU on two lines counts as their sum', '(sums.get(skuId) ?? 0) + quantity', 'quantity'),
  life('what there is too little of is not held', 'each.available < each.requested', 'each.available < 0'),
  life(
    'what one of a batch takes the next cannot',
    '(this.#available.get(skuId) ?? 0) - quantity',
    'this.#available.get(skuId) ?? 0',
  ),

  reserve(
    'a hold that has ended is not answered',
    "if (kept.state === 'RELEASED' || kept.state === 'RESTOCKED') return RESERVATION_ENDED()",
    '',
  ),
  reserve('the name of a hold is for one content', 'if (!isFor(kept, ask.lines)) return RESERVATION_CONFLICT()', ''),
  reserve('a hold keeps its prices', 'kept.unitPrices[kept.skuIds.indexOf(id)]!', 'offers.get(id)!.unitPrice'),
  reserve(
    'nothing is held at another price than the customer saw',
    'expected === undefined || expected === amount ? undefined',
    'true ? undefined',
  ),
  reserve('what is not for sale is not held', 'offers.get(skuId)?.onSale', 'offers.has(skuId)'),
  reserve(
    'of equal ids in a batch one is held',
    'if (!firsts.has(ask.id)) firsts.set(ask.id, ask)',
    'firsts.set(ask.id + firsts.size, ask)',
  ),
  reserve(
    'of equal ids another content is judged by itself',
    'a.lines.every((line, i) => line.skuId === b.lines[i]!.skuId && line.quantity === b.lines[i]!.quantity)',
    'true',
  ),
  guardsOf(`${PRODUCT}/reservation/reserve.ts`, 'src/services/order/changing/price.test.ts')(
    'of equal ids another price is judged by itself',
    'a.expectedAmount === b.expectedAmount &&',
    '',
  ),
  races(
    'what is refused under the locks leaves no hold',
    'if (refused.size > 0) await tx.query(deleteReservations([...refused.keys()].map((ask) => ask.id)))',
    '',
  ),
  races('under the locks each takes what is left', 'else supply.take(ask.lines)', ''),
  races(
    'whoever is overtaken is decided under the locks',
    "OVERTAKEN = new Set(['23505', '23514', '40P01'])",
    "OVERTAKEN = new Set(['23505'])",
  ),
  guardsOf(`${PRODUCT}/stock/retry-on-deadlock.ts`, `${PRODUCT}/reservation/race.test.ts`)(
    'a deadlock is tried again',
    'if (codeOf(error) !== DEADLOCK || tried === TRIES) throw error',
    'throw error',
  ),

  settle('only who sells out or comes back is announced', '.filter((row) => row.flipped)', ''),
  guardsOf(`${PRODUCT}/stock/stock-store.ts`, `${PRODUCT}/products/product-commands.test.ts`)(
    'what sells out or comes back is counted',
    '(sku.on_hand > sku.reserved) <> (sku.on_hand + given.on_hand > sku.reserved + given.reserved) THEN 1',
    'false THEN 1',
  ),
  guardsOf(`${PRODUCT}/reservation/reservation-transitions.ts`, `${PRODUCT}/constraints.test.ts`)(
    'no stock moves of a SKU that is not there',
    'if (rows.length !== changes.length) throw',
    'if (rows.length > changes.length) throw',
  ),
  service(
    'what was never held is not secured',
    'verdict === undefined || verdict === ENDED ? RESERVATION_ENDED()',
    'verdict === ENDED ? RESERVATION_ENDED()',
  ),
  service(
    'a hold that has ended is not secured',
    'verdict === undefined || verdict === ENDED ? RESERVATION_ENDED()',
    'verdict === undefined ? RESERVATION_ENDED()',
  ),
  service(
    'a release leaves word for a hold that comes later',
    'Promise.all([tx.query(insertReleased(ids, runtime.now())), settle(tx, steps, runtime)])',
    'Promise.all([settle(tx, steps, runtime)])',
  ),
  service('a payment of stock that was given back is for a person', 'if (verdict === IMPOSSIBLE || ', 'if ('),
  service(
    'a payment of stock that nobody holds is for a person',
    " || (verdict === undefined && cause === 'paid'))",
    ')',
  ),
  store(
    'only a hold that is due dies',
    "WHERE state = 'HELD' AND expires_at <= ${new Date(now)}",
    "WHERE state = 'HELD'",
  ),
  store(
    'a stopped SKU is not for sale',
    "sku.status = 'ON_SALE' AND product.status = 'ON_SALE'",
    "product.status = 'ON_SALE'",
  ),
  store(
    'a SKU of a stopped product is not for sale',
    "sku.status = 'ON_SALE' AND product.status = 'ON_SALE'",
    "sku.status = 'ON_SALE'",
  ),
  guardsOf(`${PRODUCT}/stock/stock-store.ts`, 'test/claims/claims.test.ts')(
    'holds that die are claimed by one process',
    'ORDER BY id FOR NO KEY UPDATE SKIP LOCKED',
    'ORDER BY id',
  ),
  guardsOf(`${PRODUCT}/stock/stock-store.ts`, 'test/claims/claims.test.ts')(
    'a hold that was secured meanwhile does not die',
    "::uuid[]) AND state = 'HELD' AND",
    '::uuid[]) AND',
  ),
  guardsOf(
    `${PRODUCT}/stock/stock-store.ts`,
    `${PRODUCT}/reservation/property.test.ts`,
    `${PRODUCT}/reservation/race.test.ts`,
  )(
    'reservations are locked while it is decided on them',
    'ORDER BY id FOR NO KEY UPDATE`)\n\n/** Once',
    'ORDER BY id`)\n\n/** Once',
  ),
  guardsOf(`${PRODUCT}/stock/stock-store.ts`, `${PRODUCT}/stock/stock-store.test.ts`)(
    'whoever began to lend meanwhile is locked as well',
    'if (missing.length === 0) return locked',
    'return locked',
  ),
  guardsOf(`${PRODUCT}/products/product-store.ts`, `${PRODUCT}/products/staff-versions.test.ts`)(
    'a product is locked while it is changed',
    'FROM product WHERE id = $1 FOR UPDATE',
    'FROM product WHERE id = $1',
  ),

  lending(
    'what is lent is reserved once',
    'borrower.skuIds.forEach((skuId, i) => this.changes.add(skuId, 0, -borrowed[i]!))',
    '',
  ),
  lending(
    'what was borrowed counts again when the lending ends',
    'each.borrowed?.forEach((units, i) => this.changes.add(each.skuIds[i]!, 0, units))',
    '',
  ),
  lending('no more is lent than is held', 'Math.min(quantity, holds(lender, skuId))', 'quantity'),
  lending(
    'securing the lender does not prove which of the two its order has',
    "secure: { lender: 'neither'",
    "secure: { lender: 'borrower'",
  ),
  replacing(
    'a hold lends to one at a time',
    'if (lender?.lentTo) return RESERVATION_LENT({ reservationId: lender.lentTo })',
    '',
  ),
  replacing('what is no longer there lends nothing', 'lender && isLive(lender) ? lendable', 'lender ? lendable'),
  replacing(
    'what is only just asked for lends nothing',
    'stored.has(replaces) ? undefined : lives.chosen(replaces)',
    'lives.chosen(replaces)',
  ),
  guardsOf(`${PRODUCT}/reservation/replace.ts`, 'src/services/order/changing/price.test.ts')(
    'what is no longer on sale is borrowed only',
    'if (stopped.length > 0)',
    'if (stopped.length < 0)',
  ),
  replacing(
    'what there is too little of is not held',
    'if (shortages.length > 0) return outOfStock(shortages, offers)',
    '',
  ),
  replacing(
    'what was refused leaves no hold',
    'if (refused.size > 0) await tx.query(deleteReservations([...refused.keys()]))',
    '',
  ),

  schema('the database refuses more reserved than there is', 'CHECK (reserved BETWEEN 0 AND on_hand)', 'CHECK (true)'),
  schema(
    'the database refuses a movement twice',
    'CREATE UNIQUE INDEX stock_movement_once',
    'CREATE INDEX stock_movement_once',
  ),
  schema('the database refuses a movement of nothing', 'CHECK (delta <> 0)', ''),
  schema('the database refuses a price below ten won', 'CHECK (price >= 10)', ''),
  schema(
    'the database refuses lines that do not fit each other',
    'CHECK (cardinality(sku_ids) = cardinality(quantities) AND cardinality(sku_ids) = cardinality(unit_prices))',
    'CHECK (true)',
  ),
  lent(
    'the database refuses a lender that has ended or borrows',
    "CHECK (lent_to IS NULL OR (state IN ('HELD', 'SECURED') AND borrows_from IS NULL))",
    'CHECK (true)',
  ),
  lent(
    'the database refuses a borrower that is not held',
    "CHECK (borrows_from IS NULL OR state = 'HELD')",
    'CHECK (true)',
  ),
  lent(
    'the database refuses a borrower without what it borrowed',
    '(borrows_from IS NULL) = (borrowed IS NULL) AND (borrowed IS NULL OR cardinality(borrowed) = cardinality(sku_ids))',
    'true',
  ),
  restocks(
    'units come back once for each id',
    'if (before) return isSame',
    'if (before && made.length < 0) return isSame',
  ),
  restocks(
    'a restock under an id that has other contents is refused',
    "isSame(before, answer) ? answer : RESTOCK_CONFLICT(undefined, { field: 'restockId' })",
    'answer',
  ),
  restocks('no more comes back than was sold', 'if (excess.length > 0) {', 'if (excess.length < 0) {'),
  restocks(
    'nothing comes back of what is only held',
    "sold && (sold.state === 'ALLOCATED' || sold.state === 'RESTOCKED')",
    'sold',
  ),
  restocks('nothing comes back of what was sold to another order', ' || (sold.orderId ?? orderId) !== orderId)', ')'),
  restocks(
    'what is written off is not sold again',
    "lives.giveBack(reservationId, orderId, units, to === 'STOCK')",
    'lives.giveBack(reservationId, orderId, units, true)',
  ),
  restocks(
    'canceled lines come back once for each cancellation',
    "throw impossible('others came back under the same id')\n          continue",
    "throw impossible('others came back under the same id')",
  ),
  restocks(
    'canceled lines of an order that came back as a whole do not come back again',
    "if (sold.state === 'RESTOCKED') continue",
    '',
  ),
  restocks(
    'no more lines are canceled than were sold',
    'if (excessOf(sold, restock.lines).length > 0) throw',
    'if (excessOf(sold, restock.lines).length < 0) throw',
  ),
  guardsOf(`${PRODUCT}/reservation/reservation.ts`, `${PRODUCT}/stock/restock.test.ts`)(
    'what came back before its order was canceled does not come back with it',
    'const back = onHand > 0 ? (returned?.[i] ?? 0) : 0',
    'const back = 0',
  ),
  returned(
    'a version that knows no parts does not return all again',
    " AND (state <> 'RESTOCKED' OR returned = quantities)",
    '',
  ),
]
