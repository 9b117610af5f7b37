import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '#kernel/fault.ts'
import type { Database } from '#kernel/store.ts'
import { retryOnDeadlock } from '../stock/retry-on-deadlock.ts'
import { wrongLendings, wrongMovements, wrongRestocks } from '../invariants/stock-books-store.ts'
import { startProductHost, wrongStock } from '../product.fixture.ts'
import { reserving } from './reserve.ts'
import { restocking } from '../stock/restock.ts'
import { settle } from './reservation-transitions.ts'
import { lifeOfReservation, type Cause, type ReservationState } from './reservation.ts'

const causes = Object.keys(lifeOfReservation) as Cause[]
const states = Object.keys(lifeOfReservation.secure) as ReservationState[]
const live = (state: ReservationState): number => (state === 'HELD' || state === 'SECURED' ? 1 : 0)
/** Units on hand, compared with what was there before the reservation. */
const away = (state: ReservationState): number => (state === 'ALLOCATED' ? -1 : 0)

describe('the life of a reservation', () => {
  test('every way out of a state changes stock by just what the states mean', () => {
    for (const cause of causes)
      for (const state of states) {
        const verdict = lifeOfReservation[cause][state]
        if (typeof verdict === 'string') continue
        assert.equal(verdict.reserved, live(verdict.to) - live(state), `${cause} ${state}`)
        assert.equal(verdict.onHand, away(verdict.to) - away(state), `${cause} ${state}`)
      }
  })

  test('saying the same again changes nothing', () => {
    for (const cause of causes)
      for (const state of states) {
        const verdict = lifeOfReservation[cause][state]
        if (typeof verdict !== 'string') assert.equal(typeof lifeOfReservation[cause][verdict.to], 'string')
      }
  })
})

describe('any mix of buyers, changes, payments and ends, all at once', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  before(async () => {
    shop = await startProductHost()
  })

  const ask = fc.record({
    kind: fc.constant('reserve' as const),
    id: fc.nat(5),
    replaces: fc.option(fc.nat(5), { nil: undefined }),
    lines: fc.array(fc.record({ sku: fc.nat(2), quantity: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  const end = fc.record({ kind: fc.constant('settle' as const), id: fc.nat(5), cause: fc.constantFrom(...causes) })
  /** Few ids, so that the same is said again, and with other contents. */
  const comeBack = fc.record({
    kind: fc.constantFrom('restock' as const, 'lines canceled' as const),
    id: fc.nat(5),
    by: fc.nat(3),
    to: fc.constantFrom('STOCK' as const, 'WRITE_OFF' as const),
    lines: fc.array(fc.record({ sku: fc.nat(2), quantity: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
  })
  const batch = fc.array(fc.oneof(ask, ask, end, comeBack), { minLength: 1, maxLength: 6 })

  test('stock is what ledger and live reservations say, and never negative', async () => {
    const db = shop.db as Database
    const seller = reserving(db)
    const restocks = restocking({ db, runtime: shop.runtime })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(batch, { minLength: 1, maxLength: 3 }), { maxLength: 4 }), async (rounds) => {
        const skus = await Promise.all([shop.sku(2), shop.sku(5), shop.sku(9)])
        const ids = Array.from({ length: 6 }, () => shop.runtime.id())
        const restockIds = Array.from({ length: 4 }, () => shop.runtime.id())
        const linesOf = (lines: readonly { sku: number; quantity: number }[]) =>
          lines.map(({ sku, quantity }) => ({ skuId: skus[sku]!, quantity }))
        for (const round of rounds) {
          // The batches of a round run at the same time, as in several processes.
          await Promise.all(
            round.map(async (steps) => {
              const asks = steps.filter((each) => each.kind === 'reserve')
              const ends = steps.filter((each) => each.kind === 'settle')
              const answers = await seller(
                asks.map((each) => ({
                  reservationId: ids[each.id]!,
                  lines: linesOf(each.lines),
                  expiresAt: shop.runtime.now() + 600_000,
                  ...(each.replaces !== undefined && { replaces: ids[each.replaces]! }),
                })),
              )
              answers.forEach((answer, i) => {
                if (!(answer instanceof Fault)) assert.equal(answer.lines.length, asks[i]!.lines.length)
              })
              for (const { kind, id, by, to, lines } of steps.filter((each) => 'by' in each)) {
                const common = { orderId: ids[id]!, reservationId: ids[id]!, lines: linesOf(lines) }
                if (kind === 'restock') await restocks.restock([{ ...common, restockId: restockIds[by]!, to }])
                else {
                  const canceled = { ...common, cancellationId: restockIds[by]! }
                  // What cannot be true is set aside, and nothing of it is stored.
                  await retryOnDeadlock(() => db.tx('test.canceled', (tx) => restocks.follow(tx, [canceled]))).catch(
                    (error: unknown) => assert.match(String(error), /cannot come back|duplicate key/),
                  )
                }
              }
              if (ends.length === 0) return
              await retryOnDeadlock(() =>
                db.tx('test.settle', (tx) =>
                  settle(
                    tx,
                    ends.map(({ id, cause }) => ({ reservationId: ids[id]!, cause })),
                    shop.runtime,
                  ),
                ),
              )
            }),
          )
        }
        assert.deepEqual(await wrongStock(db), [])
        assert.deepEqual(await wrongLendings(db), [])
        assert.deepEqual(await wrongMovements(db), [])
        assert.deepEqual(await wrongRestocks(db), [])
      }),
      { numRuns: 40, endOnFailure: true },
    )
  })
})
