import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const pay = guardsOf(
  'src/services/order/paying/payment-transitions.ts',
  'src/services/order/order.test.ts',
  'src/services/order/paying/payment-guards.test.ts',
)
const place = guardsOf('src/services/order/placing/place.ts', 'src/services/order/order.test.ts')
const keys = guardsOf('src/services/order/placing/placing-store.ts', 'src/services/order/placing/give-back.test.ts')
const fingerprint = guardsOf(
  'src/services/order/order.ts',
  'src/services/order/order.test.ts',
  'src/services/order/changing/price.test.ts',
)
const change = guardsOf(
  'src/services/order/changing/change-items.ts',
  'src/services/order/order.test.ts',
  'src/services/order/changing/change-items.test.ts',
)
const price = guardsOf('src/services/order/changing/change-items.ts', 'src/services/order/changing/price.test.ts')
const cancel = guardsOf(
  'src/services/order/canceling/cancel.ts',
  'src/services/order/order.test.ts',
  'src/services/order/canceling/cancel-lines.test.ts',
)
const states = guardsOf('src/services/order/states.ts', 'src/services/order/states.test.ts')
const store = guardsOf('src/services/order/store.ts', 'src/services/order/order.test.ts')
const schema = guardsOf('src/services/order/migrations/0001_orders.sql', 'src/services/order/constraints.test.ts')

/** An order is its owner's, placed once for each key, paid in time and once, changed and ended only while it may be. */
export const orders: readonly Mutant[] = [
  pay(
    'a payment is begun by the owner of its order',
    'order.memberId !== begin.memberId',
    'order.id === begin.memberId',
  ),
  pay(
    'a payment begins for the amount of its order',
    'if (order.amount !== begin.amount) return AMOUNT_MISMATCH',
    'if (order.amount < 0) return AMOUNT_MISMATCH',
  ),
  pay(
    'no payment begins after the deadline',
    "(status === 'PENDING_PAYMENT' && order.payBefore <= now)",
    'order.payBefore < 0',
  ),
  pay('a request in a batch begins no payment of another key', 'fresh.paymentKey === keyOf(fresh, each) &&\n', '\n'),
  pay('a request in a batch begins no payment of another amount', 'fresh.amount === each.amount &&\n', '\n'),
  pay('a request in a batch begins no payment of another member', 'fresh.memberId === each.memberId', 'true'),
  guardsOf('src/services/order/paying/payment-store.ts', 'src/services/order/paying/payment-store.test.ts')(
    'a payment among many begins for the amount of its order',
    ' AND orders.amount = given.amount',
    '',
  ),
  guardsOf('src/services/order/paying/payment-store.ts', 'src/services/order/paying/payment-store.test.ts')(
    'a payment among many begins before the deadline',
    'AND orders.pay_before > ${new Date(now)} ',
    '',
  ),

  place('an order has a key', "if (!key) throw IDEMPOTENCY_KEY_REQUIRED(undefined, { field: 'idempotencyKey' })", ''),
  place('a key is for one request', 'earlier.fingerprint === fingerprint', 'earlier.fingerprint.length > 0'),
  place('a hold is named by its member', "derivedId('order', memberId, key,", "derivedId('order', key,"),
  place(
    'a hold outlives the order it is for',
    'hold(reservationId, asked, payBefore + HOLD_GRACE,',
    'hold(reservationId, asked, payBefore - HOLD_GRACE,',
  ),
  guardsOf('src/services/order/placing/place.ts', 'src/services/order/leaving/leaving.test.ts')(
    'who is leaving places no order',
    'const undone = abandoned.union(refused)',
    'const undone = abandoned',
  ),
  keys(
    'no order is stored with a hold that was given up',
    'WHERE abandoned_placement.attempts > placed.attempt',
    'WHERE false',
  ),
  keys('only holds that were given up are in the way', 'WHERE abandoned_placement.attempts > placed.attempt', ''),
  fingerprint('a request is named by where it goes', '[sorted, address ?? null,', '[sorted, null,'),
  fingerprint(
    'a request is named by what it may cost',
    '...(expectedAmount === undefined ? [] : [expectedAmount])',
    '',
  ),
  fingerprint(
    'a request is the same whatever the order of its items',
    '[...items].sort((a, b) => (a.skuId < b.skuId ? -1 : 1))',
    '[...items]',
  ),

  change(
    'an order is changed by its owner',
    'if (!order || order.memberId !== memberId) return NOT_FOUND',
    'if (!order) return NOT_FOUND',
  ),
  change(
    'an order is changed only while it may be',
    "if (!nextStatus(order.status, 'items changed')) return ORDER_STATE({ status: order.status })",
    '',
  ),
  change(
    'an order is changed before its deadline',
    'return order.payBefore <= now ? ORDER_EXPIRED() : undefined',
    'return undefined',
  ),
  change(
    'an order goes over to a hold of its own revision only',
    'if (order?.revision !== before.revision) return { order }',
    'if (!order) return { order }',
  ),
  change(
    'a change that was refused cannot come true later',
    'await tx.query(saveRevision({ id: order.id, revision }))\n          return { order, refused }',
    'return { order, refused }',
  ),
  change(
    'a tab that looked too early ends no hold the order has',
    'if (order?.revision !== seen.revision) return false',
    'if (!order) return false',
  ),
  change('whoever ends a hold counts the revision up', 'revision: order.revision + 1 }', 'revision: order.revision }'),
  price(
    'an order is changed at the price the customer saw',
    'return expected === undefined || expected === amount',
    'return true',
  ),

  cancel(
    'an order whose money moves is not canceled',
    "if (status === 'PAYING') throw PAYMENT_UNDER_WAY(undefined, { retryAfter: 3 })\n      if (status === 'PAID' || ",
    "if (status === 'PAID' || status === 'PAYING' || ",
  ),
  cancel(
    'an order that is canceled again stays as it is',
    "if (!units && (status === 'CANCELED' || status === 'CANCEL_REQUESTED')) return { order, open: openOf() }",
    '',
  ),
  states(
    'the deadline ends no order whose money moves',
    'PAYING: {\n',
    "PAYING: {\n    'deadline passed': 'EXPIRED',\n",
  ),
  states(
    'the buyer ends no order whose money moves',
    "PAYING: {\n    'deposit awaited'",
    "PAYING: {\n    'canceled unpaid': 'CANCELED',\n    'deposit awaited'",
  ),
  states('what is canceled stays canceled', 'CANCELED: {},\n', "CANCELED: { 'payment captured': 'PAID' },\n"),
  states('what has expired stays expired', 'EXPIRED: {},', "EXPIRED: { 'payment begun': 'PAYING' },"),
  guardsOf('src/services/order/store.ts', 'test/claims/claims.test.ts')(
    'only an order that is due expires',
    "::uuid[]) AND status = 'PENDING_PAYMENT' AND pay_before <= ${new Date(now)}",
    "::uuid[]) AND status = 'PENDING_PAYMENT'",
  ),
  guardsOf('src/services/order/store.ts', 'test/claims/claims.test.ts')(
    'only an order that still waits for its payment expires',
    "::uuid[]) AND status = 'PENDING_PAYMENT' AND",
    '::uuid[]) AND',
  ),
  guardsOf('src/services/order/store.ts', 'test/claims/claims.test.ts')(
    'an order that expires is held while it does',
    'ORDER BY id FOR NO KEY UPDATE SKIP LOCKED',
    'ORDER BY id',
  ),
  guardsOf('src/services/order/store.ts', 'test/guards/stale-lines.test.ts', 'src/services/order/order.test.ts')(
    'orders are locked while it is decided on them',
    'ORDER BY id FOR NO KEY UPDATE`',
    'ORDER BY id`',
  ),
  store('a list shows orders of its member only', 'WHERE member_id = $1 AND', 'WHERE $1::uuid IS NOT NULL AND'),
  guardsOf('src/services/order/views.ts', 'src/services/order/order.test.ts')(
    'nobody sees an order that is not theirs',
    "if (seen.memberId !== memberId) throw NOT_FOUND(undefined, { field: 'id' })",
    '',
  ),
  guardsOf('src/services/order/paying/deposit-store.ts', 'test/claims/claims.test.ts')(
    'a buyer is reminded of a deposit by one process',
    'ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)',
    'ORDER BY id)',
  ),
  guardsOf('src/services/order/paying/deposit-store.ts', 'test/claims/claims.test.ts')(
    'an order whose deposit is overdue is held while it ends',
    'ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`',
    'ORDER BY id`',
  ),
  guardsOf('src/services/order/paying/deposit-store.ts', 'test/claims/claims.test.ts')(
    'only an order that still awaits its deposit expires for the lack of it',
    "::uuid[]) AND status = 'AWAITING_DEPOSIT' AND pay_before",
    '::uuid[]) AND pay_before',
  ),
  guardsOf('src/services/order/paying/deposit.ts', 'src/services/payment/deposit/deposit.test.ts')(
    'an order awaits the deposit of its own payment',
    'if (order.paymentKey !== entry.paymentKey) return ORDER_STATE({ status: order.status })',
    '',
  ),

  schema(
    'the database refuses a second order under a key',
    'answer jsonb NOT NULL,\n  PRIMARY KEY (member_id, key)',
    'answer jsonb NOT NULL',
  ),
  schema(
    'the database refuses a second order for a hold',
    'reservation_id uuid NOT NULL UNIQUE',
    'reservation_id uuid NOT NULL',
  ),
  schema('the database refuses two orders of one number', 'number text NOT NULL UNIQUE', 'number text NOT NULL'),
  schema(
    'the database refuses an amount below nothing',
    'amount bigint NOT NULL CHECK (amount >= 0)',
    'amount bigint NOT NULL',
  ),
  schema('the database refuses a price below nothing', 'CHECK (unit_price >= 0)', ''),
  schema('the database refuses a line of no units', 'CHECK (quantity > 0)', ''),
  guardsOf('src/services/order/migrations/0007_confirm_payment.sql', 'src/services/order/constraints.test.ts')(
    'the database refuses a payment under way without its key',
    'OR payment_key IS NOT NULL OR amount = 0)',
    'OR true)',
  ),
  schema(
    'the database refuses a refund under way without its name',
    "CHECK (status <> 'CANCEL_REQUESTED' OR cancellation_id IS NOT NULL)",
    'CHECK (true)',
  ),
]
