import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { editProduct } from '#test/support/staff-edits.ts'
import { OUT_OF_STOCK, PRICE_CHANGED, RESERVATION_CONFLICT, RESERVATION_ENDED, SKU_NOT_FOUND } from '../contract.ts'
import { startProductHost, wrongStock } from '../product.fixture.ts'

describe('reserving stock', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  let sku: string

  before(async () => {
    shop = await startProductHost()
  })
  beforeEach(async () => {
    sku = await shop.sku(10)
  })
  after(async () => assert.deepEqual(await wrongStock(shop.db), []))

  test('holds the units and says what they are and cost', async () => {
    const product = await shop.create({
      name: '가방',
      imageUrls: ['/images/bag.svg'],
      options: [{ name: '색상', values: ['검정'] }],
      skus: [{ options: { 색상: '검정' }, price: 25_000, onHand: 3 }],
    })
    const id = product.skus[0]!.id
    const { lines } = await shop.reserve([[id, 2]])
    assert.deepEqual(lines, [
      {
        skuId: id,
        quantity: 2,
        productId: product.id,
        productName: '가방',
        imageUrl: '/images/bag.svg',
        options: { 색상: '검정' },
        unitPrice: 25_000,
      },
    ])
    assert.deepEqual(await shop.stockOf(id), [3, 2])
  })

  test('all lines or none, with exact shortages', async () => {
    const scarce = await shop.sku(1)
    await assert.rejects(
      shop.reserve([
        [sku, 4],
        [scarce, 2],
      ]),
      (error) => {
        assert.ok(OUT_OF_STOCK.is(error))
        const [{ productId: _, ...shortage }, ...more] = error.data.shortages as [(typeof error.data.shortages)[number]]
        assert.deepEqual(shortage, {
          skuId: scarce,
          requested: 2,
          available: 1,
          productName: '무선 이어폰',
          options: {},
        })
        assert.deepEqual(more, [])
        return true
      },
    )
    assert.deepEqual(await shop.stockOf(sku), [10, 0])
    assert.deepEqual(await shop.stockOf(scarce), [1, 0])
  })

  test('the same reservation again finds the first answer, at the first price', async () => {
    const first = await shop.reserve([[sku, 2]])
    const [product] = await shop.db.query<{ id: string }>({
      text: 'SELECT product_id AS id FROM sku WHERE id = $1',
      values: [sku],
    })
    await editProduct(shop.staff, { id: product!.id, skus: [{ id: sku, price: 9_000 }] })
    assert.deepEqual(await shop.reserve([[sku, 2]], first.reservationId), first)
    assert.equal((await shop.reserve([[sku, 1]])).lines[0]!.unitPrice, 9_000)
    assert.deepEqual(await shop.stockOf(sku), [10, 3])
  })

  test('what costs something else than expected is not held, and its name stays free', async () => {
    const ask = (expectedAmount: number, reservationId: string) =>
      shop.inside.reserve({
        reservationId,
        lines: [{ skuId: sku, quantity: 2 }],
        expiresAt: shop.runtime.now() + 60_000,
        expectedAmount,
      })
    const id = shop.runtime.id()
    // Of one batch, under one name: each is judged by what it expects itself.
    const answers = await Promise.allSettled([ask(1_999, id), ask(2_000, id), ask(2_001, id)])
    assert.deepEqual(
      answers.map((each) => each.status),
      ['rejected', 'fulfilled', 'rejected'],
    )
    assert.deepEqual(await shop.stockOf(sku), [10, 2])
    const other = shop.runtime.id()
    await assert.rejects(ask(1, other), PRICE_CHANGED.is)
    assert.equal(await shop.stateOf(other), undefined)
    // Found again it keeps the price it was held at, whatever it costs by now.
    await shop.db.query({ text: 'UPDATE sku SET price = 7000 WHERE id = $1', values: [sku] })
    assert.equal((await ask(2_000, id)).lines[0]!.unitPrice, 1_000)
    await assert.rejects(
      ask(14_000, id),
      (error) => PRICE_CHANGED.is(error) && error.data.amount === 2_000 && error.data.expected === 14_000,
    )
  })

  test('the same reservation again is found even when nothing is left', async () => {
    const { reservationId } = await shop.reserve([[sku, 10]])
    await shop.reserve([[sku, 10]], reservationId)
    assert.deepEqual(await shop.stockOf(sku), [10, 10])
  })

  test('the same reservation with other lines is a conflict', async () => {
    const { reservationId } = await shop.reserve([[sku, 2]])
    await assert.rejects(shop.reserve([[sku, 3]], reservationId), RESERVATION_CONFLICT.is)
    assert.deepEqual(await shop.stockOf(sku), [10, 2])
  })

  test('equal ids within one batch count once; what was refused stays refused', async () => {
    const twice = randomUUID()
    const refused = randomUUID()
    const answers = await Promise.allSettled([
      shop.reserve([[sku, 4]], twice),
      shop.reserve([[sku, 4]], twice),
      shop.reserve([[sku, 5]], twice),
      shop.reserve([[sku, 11]], refused),
      shop.reserve([[sku, 11]], refused),
      shop.reserve([[sku, 1]], refused),
    ])
    assert.deepEqual(
      answers.map((each) => (each.status === 'fulfilled' ? each.value.lines[0]!.quantity : each.reason.code)),
      [4, 4, 'RESERVATION_CONFLICT', 'OUT_OF_STOCK', 'OUT_OF_STOCK', 1],
    )
    assert.deepEqual(await shop.stockOf(sku), [10, 5])
  })

  test('a refusal in a batch fails no neighbour, and decides in order of arrival', async () => {
    const other = await shop.sku(3)
    const answers = await Promise.allSettled([
      shop.reserve([[sku, 6]]),
      shop.reserve([[sku, 6]]),
      shop.reserve([[sku, 4]]),
      shop.reserve([[randomUUID(), 1]]),
      shop.reserve([[other, 3]]),
      shop.reserve([[other, 1]]),
    ])
    assert.deepEqual(
      answers.map((each) => (each.status === 'fulfilled' ? 'held' : each.reason.code)),
      ['held', 'OUT_OF_STOCK', 'held', 'SKU_NOT_FOUND', 'held', 'OUT_OF_STOCK'],
    )
  })

  test('unknown and stopped SKUs are not found', async () => {
    const stopped = await shop.create({})
    await editProduct(shop.staff, { id: stopped.id, status: 'STOPPED' })
    const unknown = randomUUID()
    await assert.rejects(
      shop.reserve([
        [stopped.skus[0]!.id, 1],
        [unknown, 1],
        [sku, 1],
      ]),
      (error) => {
        assert.ok(SKU_NOT_FOUND.is(error))
        assert.deepEqual(new Set(error.data.skuIds), new Set([stopped.skus[0]!.id, unknown]))
        return true
      },
    )
  })

  test('a SKU named on two lines is counted as their sum', async () => {
    await assert.rejects(
      shop.reserve([
        [sku, 6],
        [sku, 5],
      ]),
      OUT_OF_STOCK.is,
    )
    const { lines } = await shop.reserve([
      [sku, 6],
      [sku, 4],
    ])
    assert.equal(lines.length, 2)
    assert.deepEqual(await shop.stockOf(sku), [10, 10])
  })

  test('a secured hold outlives its deadline, others die at it and not before', async () => {
    const kept = await shop.reserve([[sku, 2]])
    const dies = await shop.reserve([[sku, 3]])
    const later = await shop.reserve([[sku, 1]], randomUUID(), 800_000)
    await shop.inside.secure({ reservationId: kept.reservationId })
    await shop.inside.secure({ reservationId: kept.reservationId })
    shop.runtime.advance(700_000)
    const { run } = shop.host.services[0]!.built.sweeps![0]!
    // Two processes sweep at the same time.
    await Promise.all([run(shop.runtime.now()), run(shop.runtime.now())])
    await eventually(async () => (await shop.stateOf(dies.reservationId)) === 'RELEASED', 'the hold dies')
    assert.equal(await shop.stateOf(kept.reservationId), 'SECURED')
    assert.equal(await shop.stateOf(later.reservationId), 'HELD')
    assert.deepEqual(await shop.stockOf(sku), [10, 3])
    await assert.rejects(shop.inside.secure({ reservationId: dies.reservationId }), RESERVATION_ENDED.is)
    await assert.rejects(shop.reserve([[sku, 3]], dies.reservationId), RESERVATION_ENDED.is)
  })

  test('a hold is secured or dies, never both, whoever comes first', async () => {
    const { run } = shop.host.services[0]!.built.sweeps![0]!
    for (let i = 0; i < 10; i++) {
      const { reservationId } = await shop.reserve([[sku, 1]], randomUUID(), 5)
      shop.runtime.advance(10)
      const secured = shop.inside.secure({ reservationId }).then(
        () => 'SECURED',
        () => 'RELEASED',
      )
      await Promise.all([secured, run(shop.runtime.now()), run(shop.runtime.now())])
      assert.equal(await shop.stateOf(reservationId), await secured)
      await shop.tell(shop.expired(reservationId))
    }
    assert.deepEqual(await shop.stockOf(sku), [10, 0])
  })

  test('release gives back once, and before its reservation too', async () => {
    const { reservationId } = await shop.reserve([[sku, 4]])
    await Promise.all([shop.inside.release({ reservationId }), shop.inside.release({ reservationId })])
    await shop.inside.release({ reservationId })
    assert.deepEqual(await shop.stockOf(sku), [10, 0])
    const late = randomUUID()
    await shop.inside.release({ reservationId: late })
    await assert.rejects(shop.reserve([[sku, 1]], late), RESERVATION_ENDED.is)
  })

  test('securing what was never reserved is refused', async () => {
    await assert.rejects(shop.inside.secure({ reservationId: randomUUID() }), RESERVATION_ENDED.is)
  })
})
