import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fault } from '#kernel/fault.ts'
import { eventually } from '#test/support/eventually.ts'
import { address, type Buyer, startPurchases } from '#test/support/purchases.ts'
import type { Order } from '../contract.ts'
import { runSweeps, stockRight, storeOf } from '../order.fixture.ts'
import { madeUpHolder, type Mood } from './made-up-holder.fixture.ts'
import { orderServiceWith } from '../service.ts'

// Stock and two further holders, under refusals, repetitions, crashes, lost and late answers, and late events: nothing is
// held that no order holds, nothing is given back that an order has, and nothing twice.

let clock = (): number => 0
const holders = [madeUpHolder('coupons', () => clock()), madeUpHolder('seats', () => clock())]
const shop = await startPurchases({
  webhooks: false,
  orders: orderServiceWith(holders.map((each) => each.holder)),
  also: holders.map((each) => each.follows),
})
clock = () => shop.runtime.now()

const BUYERS = 3
const mood = fc.constantFrom<Mood>('done', 'done', 'done', 'refused', 'hung', 'answer lost', 'late')
const of = <K extends string>(kind: K) => fc.record({ kind: fc.constant(kind), buyer: fc.nat(BUYERS - 1) })
const step = fc.oneof(
  { weight: 4, arbitrary: of('place') },
  { weight: 2, arbitrary: of('change') },
  { weight: 3, arbitrary: of('pay') },
  { weight: 1, arbitrary: of('cancel') },
)
const moods = fc.record({
  hold: fc.array(mood, { maxLength: 4 }),
  secure: fc.array(mood, { maxLength: 2 }),
  release: fc.oneof(
    { weight: 5, arbitrary: fc.constant<Mood[]>([]) },
    { weight: 1, arbitrary: fc.array(mood, { maxLength: 2 }) },
  ),
})
/** What happens at the same time, what holders make of it, where the order service dies, and what comes afterwards. */
const round = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  moods: fc.tuple(moods, moods),
  dies: fc.option(
    fc.constantFrom(
      'order.place',
      'order.change-items',
      'order.abandon-placement',
      'order.fence-change',
      'order.complete-payment',
    ),
  ),
  after: fc.subarray(['take in events', 'late requests arrive', 'sweep', 'the deadline passes'] as const),
})

interface Row {
  readonly id: string
  readonly status: string
  readonly holdId: string
}
const ordersOf = (ids: readonly string[]): Promise<Row[]> =>
  shop.db('order').query<Row>({
    text: 'SELECT id, status, reservation_id AS "holdId" FROM orders WHERE member_id = ANY ($1::uuid[])',
    values: [`{${ids.join()}}`],
  })

test('whatever happens, each holder holds what orders have, and nothing else', async () => {
  const store = storeOf(shop, 'order')
  const { tx } = store
  const outcomes = new Set<string>()
  const calm = (): void => {
    store.tx = tx
    for (const each of holders) each.set({})
  }
  const sweep = (): Promise<unknown> =>
    runSweeps(shop).catch((error: unknown) => void outcomes.add(`sweep ${(error as Fault).code}`))
  const takeIn = (): void => holders.forEach((each) => each.takeIn())
  const settle = async (): Promise<void> => {
    await shop.settled()
    takeIn()
  }

  const property = fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
    calm()
    const [sku, other] = [await shop.sku(2), await shop.sku(2)]
    const people = Array.from({ length: BUYERS }, () => ({ buyer: shop.buyer(), key: randomUUID() }))
    const members = people.map(({ buyer }) => buyer.memberId)
    const placed = new Map<Buyer, Order>()
    const failedBefore = holders.map((each) => each.failedReleases())
    let givingBackDied = false

    const act = async ({ kind, buyer: n }: { kind: 'place' | 'change' | 'pay' | 'cancel'; buyer: number }) => {
      const { buyer, key } = people[n]!
      if (kind === 'place') {
        const given = { items: [{ skuId: sku, quantity: 1 }], shippingAddress: address, idempotencyKey: key }
        placed.set(buyer, await buyer.orders.place(given))
        return
      }
      const own = placed.get(buyer)
      if (!own) return
      if (kind === 'cancel') return void (await buyer.orders.cancel({ id: own.id, reason: '변심' }))
      if (kind === 'change') {
        const now = await buyer.orders.get({ id: own.id })
        const skuId = now.lines[0]!.skuId === sku ? other : sku
        return void (await buyer.orders.changeItems({ id: own.id, items: [{ skuId, quantity: 1 }] }))
      }
      const now = await buyer.orders.get({ id: own.id })
      const paymentKey = await buyer.approve(now)
      await buyer.orders.confirmPayment({ paymentKey, orderId: own.id, amount: now.amount })
    }

    for (const { steps, moods, dies, after } of rounds) {
      holders.forEach((each, i) => each.set(moods[i]!))
      if (dies) store.tx = (name, does) => (name === dies ? Promise.reject(new Error('killed')) : tx(name, does))
      const answers = await Promise.allSettled(steps.map(act))
      answers.forEach((answer, i) =>
        outcomes.add(`${steps[i]!.kind} ${answer.status === 'fulfilled' ? 'done' : (answer.reason as Fault).code}`),
      )
      calm()
      givingBackDied ||= dies === 'order.abandon-placement' || dies === 'order.fence-change'
      if (after.includes('take in events')) await settle()
      if (after.includes('late requests arrive')) holders.forEach((each) => each.arrive())
      if (after.includes('the deadline passes')) {
        // Orders end before their holds do, as in a shop whose clock does not leap.
        await sweep()
        shop.runtime.advance(601_000)
      }
      if (after.includes('sweep')) await sweep()
      // What could be given back was given back at once, not at its deadline.
      await settle()
      holders.forEach((each) => each.arrive())
      if (!givingBackDied && holders.every((each, i) => each.failedReleases() === failedBefore[i])) {
        const held = new Set((await ordersOf(members)).map((each) => each.holdId))
        for (const { holder, idsIn } of holders)
          assert.deepEqual(
            idsIn('HELD', 'SECURED').filter((id) => !held.has(id)),
            [],
            `${holder.name} holds what no order holds`,
          )
      }
      // Events that are on their way only give back what their orders have no more.
      for (const { id, status, holdId } of await ordersOf(members))
        if (status === 'PENDING_PAYMENT' || status === 'PAYING')
          for (const { holder, stateOf } of holders)
            assert.ok(
              ['HELD', 'SECURED'].includes(stateOf(holdId)!),
              `${status} order ${id}: ${holder.name} is ${stateOf(holdId)}`,
            )
    }

    // Everything settles, and whoever has not paid is gone.
    await eventually(async () => {
      holders.forEach((each) => each.arrive())
      shop.runtime.advance(1_000_000)
      await sweep()
      await settle()
      holders.forEach((each) => each.expire())
      const states = (await ordersOf(members)).map((each) => each.status)
      return states.every((each) => each === 'PAID' || each === 'EXPIRED' || each === 'CANCELED')
    }, 'every order has an end')
    const sold = (await ordersOf(members)).filter((each) => each.status === 'PAID')
    for (const { holder, idsIn, givenBack } of holders) {
      assert.deepEqual(idsIn('HELD', 'SECURED'), [], `${holder.name} holds what no order holds`)
      for (const each of sold) assert.ok(idsIn('USED').includes(each.holdId), `${holder.name} is not used`)
      for (const [id, times] of givenBack) assert.equal(times, 1, `${holder.name} gave ${id} back ${times} times`)
    }
    // Those of earlier runs stay used; of this run just those that are sold.
    const used = new Set(sold.map((each) => each.holdId))
    for (const { id, holdId } of await ordersOf(members))
      for (const { stateOf } of holders) assert.equal(stateOf(holdId) === 'USED', used.has(holdId), id)
    await eventually(
      async () => (await shop.stock(sku))[1] === 0 && (await shop.stock(other))[1] === 0,
      'no stock is held',
    )
    await stockRight(shop)
  })

  // The property is about something: each of these must come about, by chance in nearly all runs of 25.
  const wanted = ['place done', 'place AMOUNT_TOO_LARGE', 'place UNAVAILABLE', 'change done', 'pay done', 'cancel done']
  const missing = (): string[] => wanted.filter((each) => !outcomes.has(each))
  for (let turn = 0; turn < 4 && (turn === 0 || missing().length > 0); turn++)
    await fc.assert(property, { numRuns: 25, endOnFailure: true })

  assert.deepEqual(missing(), [], `came about: ${[...outcomes].join()}`)
})
