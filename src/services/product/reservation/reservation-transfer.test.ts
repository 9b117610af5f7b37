import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Fault } from '#kernel/fault.ts'
import type { Database } from '#kernel/store.ts'
import { OUT_OF_STOCK, RESERVATION_ENDED, RESERVATION_LENT } from '../contract.ts'
import { startProductHost, wrongStock } from '../product.fixture.ts'
import { reserving } from './reserve.ts'
import { settle } from './reservation-transitions.ts'
import type { Cause } from './reservation.ts'

/** The former reservation holds 3 of 3 of one SKU and 2 of another; the new one wants 2, and 5 of the other. */
describe('a reservation that replaces another', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  let last: string
  let other: string
  let former: string

  before(async () => {
    shop = await startProductHost()
  })
  beforeEach(async () => {
    last = await shop.sku(3)
    other = await shop.sku(6)
    former = await hold([
      [last, 3],
      [other, 2],
    ])
  })
  after(async () => {
    assert.deepEqual(await wrongStock(shop.db), [])
    const left = await shop.db.query({ text: 'SELECT id FROM dead_letter', values: [] })
    assert.deepEqual(left, [])
  })

  const hold = async (lines: [string, number][], replaces?: string, id?: string): Promise<string> =>
    (await shop.reserve(lines, id, 600_000, replaces)).reservationId
  const change = (replaces = former): Promise<string> =>
    hold(
      [
        [other, 5],
        [last, 2],
      ],
      replaces,
    )
  const cause = (...steps: readonly [string, Cause][]): Promise<unknown> =>
    (shop.db as Database).tx('test.settle', (tx) =>
      settle(
        tx,
        steps.map(([reservationId, what]) => ({ reservationId, cause: what })),
        shop.runtime,
      ),
    )
  const reserved = async (): Promise<[number, number]> => {
    assert.deepEqual(await wrongStock(shop.db), [])
    return [(await shop.stockOf(last))[1], (await shop.stockOf(other))[1]]
  }
  const statesOf = (ids: readonly string[]): Promise<(string | undefined)[]> =>
    Promise.all(ids.map((id) => shop.stateOf(id)))

  test('reserves only what the former does not hold, and finds the first answer again', async () => {
    const id = await change()
    assert.deepEqual(await reserved(), [3, 5])
    assert.deepEqual(
      await hold(
        [
          [last, 2],
          [other, 5],
        ],
        former,
        id,
      ),
      id,
    )
    assert.deepEqual(await reserved(), [3, 5])
  })

  test('tells what could be had with what it may borrow, and leaves nothing behind when refused', async () => {
    await assert.rejects(
      hold(
        [
          [last, 4],
          [other, 7],
        ],
        former,
      ),
      (error) => {
        assert.ok(OUT_OF_STOCK.is(error))
        assert.deepEqual(
          new Set(error.data.shortages.map(({ skuId, requested, available }) => ({ skuId, requested, available }))),
          new Set([
            { skuId: last, requested: 4, available: 3 },
            { skuId: other, requested: 7, available: 6 },
          ]),
        )
        return true
      },
    )
    assert.deepEqual(await reserved(), [3, 2])
    await change()
  })

  // What happens to one of the two, what becomes of former and new, and what is reserved then.
  const fates: readonly [of: 'former' | 'new', Cause, former: string, fresh: string, reserved: [number, number]][] = [
    ['former', 'unneeded', 'RELEASED', 'HELD', [2, 5]],
    ['former', 'release', 'RELEASED', 'HELD', [2, 5]],
    ['former', 'overdue', 'RELEASED', 'HELD', [2, 5]],
    ['former', 'secure', 'SECURED', 'HELD', [3, 5]],
    ['former', 'paid', 'ALLOCATED', 'RELEASED', [0, 0]],
    ['former', 'canceled-unpaid', 'RELEASED', 'RELEASED', [0, 0]],
    ['former', 'canceled-paid', 'RESTOCKED', 'RELEASED', [0, 0]],
    ['new', 'release', 'HELD', 'RELEASED', [3, 2]],
    ['new', 'overdue', 'HELD', 'RELEASED', [3, 2]],
    ['new', 'secure', 'RELEASED', 'SECURED', [2, 5]],
    ['new', 'paid', 'RELEASED', 'ALLOCATED', [0, 0]],
    ['new', 'unneeded', 'RELEASED', 'RELEASED', [0, 0]],
    ['new', 'canceled-unpaid', 'RELEASED', 'RELEASED', [0, 0]],
    ['new', 'canceled-paid', 'RELEASED', 'RESTOCKED', [0, 0]],
  ]
  for (const [of, what, formerState, newState, left] of fates)
    test(`${what} of the ${of}: the former is ${formerState}, the new ${newState}`, async () => {
      const id = await change()
      const named = of === 'former' ? former : id
      await cause([named, what])
      assert.deepEqual(await statesOf([former, id]), [formerState, newState])
      assert.deepEqual(await reserved(), left)
      await cause([named, what], [named, what])
      assert.deepEqual(await reserved(), left)
      // Whatever is still held comes back once, whoever is told of it first.
      await cause([id, 'unneeded'], [former, 'unneeded'])
      assert.deepEqual(await reserved(), [0, 0])
    })

  test('a former that was secured lends too: its payment was refused, and the buyer adds something', async () => {
    await shop.inside.secure({ reservationId: former })
    const id = await change()
    assert.deepEqual(await reserved(), [3, 5])
    await shop.inside.release({ reservationId: former })
    assert.deepEqual(await statesOf([former, id]), ['SECURED', 'HELD'])
    await shop.inside.secure({ reservationId: id })
    assert.deepEqual(await statesOf([former, id]), ['RELEASED', 'SECURED'])
    assert.deepEqual(await reserved(), [2, 5])
  })

  test('lends to one at a time; once that one is gone, to the next', async () => {
    const id = await change()
    await assert.rejects(hold([[last, 1]], former), (error) => {
      assert.ok(RESERVATION_LENT.is(error))
      assert.deepEqual(error.data, { reservationId: id })
      return true
    })
    await shop.inside.release({ reservationId: id })
    await hold([[last, 3]], former)
    assert.deepEqual(await reserved(), [3, 2])
    await assert.rejects(
      hold(
        [
          [last, 2],
          [other, 5],
        ],
        former,
        id,
      ),
      RESERVATION_ENDED.is,
    )
  })

  test('a chain: what replaces a borrower proves that the order went over to it', async () => {
    const second = await change()
    const third = await hold([[last, 3]], second)
    assert.deepEqual(await statesOf([former, second, third]), ['RELEASED', 'HELD', 'HELD'])
    assert.deepEqual(await reserved(), [3, 5])
    await shop.tell(shop.changed(former), shop.changed(second))
    assert.deepEqual(await statesOf([former, second, third]), ['RELEASED', 'RELEASED', 'HELD'])
    assert.deepEqual(await reserved(), [3, 0])
  })

  test('a chain that is refused still lets go what was replaced before', async () => {
    const second = await change()
    await assert.rejects(hold([[last, 9]], second), OUT_OF_STOCK.is)
    assert.deepEqual(await reserved(), [2, 5])
  })

  test('what is no longer there, never was, or is itself lends nothing', async () => {
    await shop.inside.release({ reservationId: former })
    const own = randomUUID()
    for (const [replaces, id] of [
      [former, randomUUID()],
      [randomUUID(), randomUUID()],
      [own, own],
    ] as const) {
      await hold([[other, 2]], replaces, id)
    }
    assert.deepEqual(await reserved(), [0, 6])
    await assert.rejects(hold([[other, 1]], former), OUT_OF_STOCK.is)
  })

  test('many changes in one batch and many batches at once: one borrows, the others are told', async () => {
    const seller = reserving(shop.db as Database)
    const same = randomUUID()
    const ask = (reservationId: string, quantity = 3) => ({
      reservationId,
      lines: [{ skuId: last, quantity }],
      expiresAt: shop.runtime.now() + 600_000,
      replaces: former,
    })
    const rounds = await Promise.all(
      Array.from({ length: 6 }, () => seller([ask(same), ask(randomUUID(), 2), ask(same), ask(randomUUID(), 1)])),
    )
    const answers = rounds.flat().map((each) => (each instanceof Fault ? each.code : `held ${each.lines[0]!.quantity}`))
    const kinds = [...new Set(answers)].sort()
    assert.equal(kinds.length, 2)
    assert.equal(kinds[0], 'RESERVATION_LENT')
    assert.deepEqual(await reserved(), [3, 2])
  })

  test('both sides end at the same time in several processes, and a lending begins meanwhile', async () => {
    for (let i = 0; i < 10; i++) {
      const one = await hold([[other, 1]])
      const next = randomUUID()
      await Promise.allSettled([
        hold([[other, 3]], one, next),
        shop.inside.secure({ reservationId: one }),
        cause([one, 'unneeded'], [next, 'secure']),
        cause([next, 'overdue']),
        shop.inside.release({ reservationId: next }),
      ])
      await reserved()
      await cause([next, 'unneeded'], [one, 'unneeded'])
      assert.deepEqual(await reserved(), [3, 2])
    }
  })

  test('whoever ends a reservation and does not know of lending is refused by the database', async () => {
    const id = await change()
    const end = (which: string, state: string) =>
      shop.db.query({ text: `UPDATE reservation SET state = '${state}' WHERE id = $1`, values: [which] })
    for (const state of ['SECURED', 'ALLOCATED', 'RELEASED', 'RESTOCKED'])
      await assert.rejects(end(id, state), { code: '23514' })
    for (const state of ['ALLOCATED', 'RELEASED', 'RESTOCKED'])
      await assert.rejects(end(former, state), { code: '23514' })
  })
})
