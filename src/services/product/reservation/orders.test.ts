import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { startProductHost, wrongStock } from '../product.fixture.ts'

describe('stock follows what becomes of orders', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  let sku: string
  let id: string

  before(async () => {
    shop = await startProductHost()
  })
  beforeEach(async () => {
    sku = await shop.sku(10)
    id = (await shop.reserve([[sku, 4]])).reservationId
  })
  after(async () => assert.deepEqual(await wrongStock(shop.db), []))

  const movements = async (): Promise<[string, number][]> =>
    (
      await shop.db.query<{ kind: string; delta: number }>({
        text: 'SELECT kind, delta FROM stock_movement WHERE sku_id = $1 ORDER BY id',
        values: [sku],
      })
    ).map((row) => [row.kind, row.delta])

  test('a paid order sells what it held, once', async () => {
    await shop.inside.secure({ reservationId: id })
    await shop.tell(shop.paid(id), shop.paid(id))
    await shop.tell(shop.paid(id))
    assert.deepEqual(await shop.stockOf(sku), [6, 0])
    assert.deepEqual(await movements(), [
      ['RECEIVED', 10],
      ['SOLD', -4],
    ])
  })

  test('a paid order that is canceled brings its units back, once', async () => {
    await shop.tell(shop.paid(id))
    await shop.tell(shop.canceled(id, true), shop.canceled(id, true))
    assert.deepEqual(await shop.stockOf(sku), [10, 0])
    assert.deepEqual((await movements()).at(-1), ['RETURNED', 4])
    assert.equal(await shop.stateOf(id), 'RESTOCKED')
  })

  test('cancellation before word of the payment ends the same', async () => {
    await shop.tell(shop.canceled(id, true))
    await shop.tell(shop.paid(id))
    assert.deepEqual(await shop.stockOf(sku), [10, 0])
    assert.equal(await shop.stateOf(id), 'RESTOCKED')
  })

  for (const [what, event] of [
    ['an unpaid order that is canceled', () => shop.canceled(id, false)],
    ['an order that ran out of time', () => shop.expired(id)],
    ['an order whose items changed', () => shop.changed(id)],
  ] as const)
    test(`${what} gives back its hold, secured or not, once`, async () => {
      await shop.inside.secure({ reservationId: id })
      await shop.tell(event(), event())
      assert.deepEqual(await shop.stockOf(sku), [10, 0])
      assert.equal(await shop.stateOf(id), 'RELEASED')
    })

  test('an order that ends without a reservation harms nothing', async () => {
    await shop.tell(shop.expired(shop.runtime.id()), shop.canceled(shop.runtime.id(), false))
    assert.deepEqual(await shop.stockOf(sku), [10, 4])
  })

  test('a payment for stock that was given back is set aside for a person, and holds up nobody', async () => {
    const other = await shop.reserve([[sku, 1]])
    await shop.inside.release({ reservationId: id })
    await shop.tell(shop.paid(id), shop.paid(other.reservationId))
    assert.deepEqual(await shop.stockOf(sku), [9, 0])
    const rows = await shop.db.query<{ key: string }>({ text: 'SELECT key FROM dead_letter', values: [] })
    assert.deepEqual(rows, [{ key: id }])
  })
})
