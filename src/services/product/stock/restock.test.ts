import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { blocked } from '#test/support/blocked.ts'
import { refused } from '#test/support/refused.ts'
import { wrongMovements, wrongRestocks } from '../invariants/stock-books-store.ts'
import { startProductHost, wrongStock } from '../product.fixture.ts'

let shop: Awaited<ReturnType<typeof startProductHost>>
before(async () => {
  shop = await startProductHost()
})
const isRight = async (): Promise<void> => {
  for (const wrong of [wrongStock, wrongMovements, wrongRestocks]) assert.deepEqual(await wrong(shop.db), [])
}

const movementsOf = async (skuId: string): Promise<[string, number][]> =>
  (
    await shop.db.query<{ kind: string; delta: number }>({
      text: `SELECT kind, delta FROM stock_movement WHERE sku_id = $1 AND kind <> 'RECEIVED' ORDER BY id`,
      values: [skuId],
    })
  ).map((row) => [row.kind, row.delta])

describe('units that come back of what was sold to an order', () => {
  after(isRight)
  let [a, b, id] = ['', '', '']
  beforeEach(async () => {
    a = await shop.sku(10)
    b = await shop.sku(10)
    // The tests' orders have the ids of their reservations.
    id = (
      await shop.reserve([
        [a, 4],
        [b, 2],
      ])
    ).reservationId
    await shop.tell(shop.paid(id))
  })
  const restock = (
    lines: readonly [string, number][],
    more: { restockId?: string; orderId?: string; to?: 'STOCK' | 'WRITE_OFF'; reservationId?: string } = {},
  ) =>
    shop.inside.restock({
      restockId: randomUUID(),
      orderId: id,
      to: 'STOCK',
      lines: lines.map(([skuId, quantity]) => ({ skuId, quantity })),
      ...more,
    })

  test('go to stock, once for each id, with a movement that names it', async () => {
    const restockId = randomUUID()
    const first = await restock([[a, 3]], { restockId })
    assert.deepEqual(first, { restockId, orderId: id, to: 'STOCK', lines: [{ skuId: a, quantity: 3 }] })
    // Said in another way, it is the same.
    const again = await restock(
      [
        [a, 1],
        [a, 2],
      ],
      { restockId },
    )
    assert.deepEqual(again, first)
    assert.deepEqual(await shop.stockOf(a), [9, 0])
    assert.deepEqual(await shop.stockOf(b), [8, 0])
    assert.deepEqual(await movementsOf(a), [
      ['SOLD', -4],
      ['RETURNED', 3],
    ])
    const { items } = await shop.staff.movements({ skuId: a })
    assert.equal(items[0]!.reference, restockId)
  })

  test('or are written off: the ledger has them, stock has not', async () => {
    await restock([[a, 3]], { to: 'WRITE_OFF' })
    assert.deepEqual(await shop.stockOf(a), [6, 0])
    assert.deepEqual((await movementsOf(a)).slice(1), [
      ['RETURNED', 3],
      ['WRITTEN_OFF', -3],
    ])
    const { items } = await shop.staff.movements({ skuId: a })
    assert.deepEqual(new Set(items.slice(0, 2).map((each) => each.kind)), new Set(['RETURNED', 'WRITTEN_OFF']))
    await refused('RESTOCK_EXCEEDS_SOLD', restock([[a, 2]]))
  })

  test('are never more than were sold to it', async () => {
    await restock([[a, 3]])
    const stranger = await shop.sku(5)
    const fault = await refused(
      'RESTOCK_EXCEEDS_SOLD',
      restock([
        [b, 2],
        [a, 2],
        [stranger, 1],
      ]),
    )
    assert.equal(fault.field, 'lines.1.quantity')
    assert.deepEqual(
      (fault.data as { lines: unknown[] }).lines.length,
      2,
      'what would fit is not named, and nothing of it is stored',
    )
    assert.deepEqual(await shop.stockOf(b), [8, 0])
    await restock([
      [a, 1],
      [b, 2],
    ])
    assert.deepEqual(await shop.stockOf(a), [10, 0])
    await refused('RESTOCK_EXCEEDS_SOLD', restock([[b, 1]]))
  })

  test('under an id that has other contents are refused', async () => {
    const restockId = randomUUID()
    await restock([[a, 1]], { restockId })
    const other = await shop.reserve([[a, 1]])
    await shop.tell(shop.paid(other.reservationId))
    for (const differently of [
      () => restock([[a, 2]], { restockId }),
      () => restock([[b, 1]], { restockId }),
      () => restock([[a, 1]], { restockId, to: 'WRITE_OFF' }),
      () => restock([[a, 1]], { restockId, orderId: other.reservationId }),
    ]) {
      const fault = await refused('RESTOCK_CONFLICT', differently())
      assert.equal(fault.field, 'restockId')
    }
    assert.deepEqual(await shop.stockOf(a), [6, 0])
  })

  test('of an order that nothing was sold to are refused', async () => {
    const held = await shop.reserve([[a, 1]])
    for (const orderId of [randomUUID(), held.reservationId]) {
      const fault = await refused('ORDER_NOT_SOLD', restock([[a, 1]], { orderId }))
      assert.equal(fault.field, 'orderId')
    }
    await refused(
      'ORDER_NOT_SOLD',
      restock([[a, 1]], { orderId: held.reservationId, reservationId: held.reservationId }),
    )
    await refused('ORDER_NOT_SOLD', restock([[a, 1]], { orderId: randomUUID(), reservationId: id }))
  })

  test('of an order paid before reservations named theirs come back by the name of the reservation', async () => {
    await shop.db.query({ text: 'UPDATE reservation SET order_id = NULL WHERE id = $1', values: [id] })
    await refused('ORDER_NOT_SOLD', restock([[a, 1]]))
    await restock([[a, 1]], { reservationId: id })
    // From then on it is known.
    await restock([[a, 1]])
    assert.deepEqual(await shop.stockOf(a), [8, 0])
  })

  test('two returns of the last unit at once: one of them', async () => {
    await restock([[a, 3]])
    let both: Promise<unknown>[] = []
    await shop.host.services
      .find((each) => each.definition.contract.name === 'product')!
      .db.tx('hold', async (tx) => {
        await tx.query({ text: 'SELECT FROM reservation WHERE id = $1 FOR UPDATE', values: [id] })
        // Two batches, as in two hosts.
        both = [restock([[a, 1]])]
        await blocked(shop.db, 1)
        both.push(restock([[a, 1]]))
        for (const each of both) each.catch(() => {})
      })
    const ended = await Promise.allSettled(both)
    assert.deepEqual(ended.map((each) => each.status).toSorted(), ['fulfilled', 'rejected'])
    assert.deepEqual(await shop.stockOf(a), [10, 0])
  })

  test('what came back before an order is canceled does not come back with it', async () => {
    await restock([[a, 1]], { to: 'WRITE_OFF' })
    await restock([[a, 1]])
    await shop.tell(shop.canceled(id, true), shop.canceled(id, true))
    assert.deepEqual(await shop.stockOf(a), [9, 0])
    assert.deepEqual(await shop.stockOf(b), [10, 0])
    await refused('RESTOCK_EXCEEDS_SOLD', restock([[b, 1]]))
  })
})

describe('lines that an order cancels', () => {
  after(isRight)
  let [a, id, first, second] = ['', '', '', '']
  beforeEach(async () => {
    a = await shop.sku(10)
    id = (await shop.reserve([[a, 5]])).reservationId
    first = randomUUID()
    second = randomUUID()
  })

  test('bring their units back, each cancellation once, and the rest comes back with the order', async () => {
    await shop.tell(
      shop.paid(id),
      shop.linesCanceled(id, first, [a, 1], [a, 1]),
      shop.linesCanceled(id, second, [a, 2]),
    )
    assert.deepEqual(await shop.stockOf(a), [9, 0])
    await shop.tell(shop.linesCanceled(id, first, [a, 1], [a, 1]), shop.canceled(id, true))
    assert.deepEqual(await shop.stockOf(a), [10, 0])
    assert.deepEqual(await movementsOf(a), [
      ['SOLD', -5],
      ['RETURNED', 2],
      ['RETURNED', 2],
      ['RETURNED', 1],
    ])
    assert.equal(await shop.stateOf(id), 'RESTOCKED')
  })

  test('before word of the payment say that it was paid', async () => {
    await shop.tell(shop.linesCanceled(id, first, [a, 2]))
    assert.deepEqual(await shop.stockOf(a), [7, 0])
    await shop.tell(shop.paid(id))
    assert.deepEqual(await shop.stockOf(a), [7, 0])
  })

  test('after word that the rest was canceled change nothing', async () => {
    await shop.tell(shop.paid(id), shop.canceled(id, true), shop.linesCanceled(id, first, [a, 2]))
    assert.deepEqual(await shop.stockOf(a), [10, 0])
    const dead = await shop.db.query({ text: 'SELECT FROM dead_letter WHERE key = $1', values: [id] })
    assert.deepEqual(dead, [], 'it is nothing for a person')
  })

  test('that cannot be are set aside for a person', async () => {
    const dead = async () =>
      (await shop.db.query<{ key: string }>({ text: 'SELECT key FROM dead_letter', values: [] })).length
    const none = await dead()
    await shop.tell(shop.paid(id), shop.linesCanceled(id, first, [a, 2]))
    for (const [n, impossible] of [
      shop.linesCanceled(id, second, [a, 4]),
      shop.linesCanceled(id, first, [a, 1]),
      shop.linesCanceled(randomUUID(), second, [a, 1]),
    ].entries()) {
      await shop.tell(impossible)
      assert.ok((await dead()) > none, `${n} is set aside`)
    }
    assert.deepEqual(await shop.stockOf(a), [7, 0])
  })
})
