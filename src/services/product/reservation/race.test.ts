import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { Fault } from '#kernel/fault.ts'
import type { Database } from '#kernel/store.ts'
import { blocked } from '#test/support/blocked.ts'
import { eventually } from '#test/support/eventually.ts'
import { retryOnDeadlock, codeOf } from '../stock/retry-on-deadlock.ts'
import { startProductHost, wrongStock } from '../product.fixture.ts'
import { reserving } from './reserve.ts'
import { lockSkus } from '../stock/stock-store.ts'

/** Each call of a seller is a batch of its own, as if every one came from another process. */
describe('many buyers, few units, many processes', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  let db: Database
  let seller: ReturnType<typeof reserving>

  /** Deadlocks the database ended. */
  let deadlocks = 0
  const watched = (): Database => ({
    ...db,
    tx: (name, work) =>
      db.tx(name, work).catch((error: unknown) => {
        if (codeOf(error) === '40P01') deadlocks++
        throw error
      }),
  })

  beforeEach(() => {
    seller = reserving(watched())
  })
  before(async () => {
    shop = await startProductHost()
    db = shop.db as Database
  })

  const request = (...lines: readonly [skuId: string, quantity: number][]) => ({
    reservationId: shop.runtime.id(),
    lines: lines.map(([skuId, quantity]) => ({ skuId, quantity })),
    expiresAt: shop.runtime.now() + 600_000,
  })

  /** 200 buyers of one unit each, 20 to a batch, all batches at once: how many got one. */
  const sell = async (sku: string): Promise<number> => {
    const batches = Array.from({ length: 10 }, () => Array.from({ length: 20 }, () => request([sku, 1])))
    const answers = (await Promise.all(batches.map((batch) => seller(batch)))).flat()
    for (const answer of answers) if (answer instanceof Fault) assert.equal(answer.code, 'OUT_OF_STOCK')
    return answers.filter((answer) => !(answer instanceof Fault)).length
  }

  test('200 buyers on 50 units get exactly 50', async () => {
    const sku = await shop.sku(50)
    assert.equal(await sell(sku), 50)
    assert.deepEqual(await shop.stockOf(sku), [50, 50])
    assert.deepEqual(await wrongStock(shop.db), [])
  })

  test('twin: without the CHECK on the SKU the same buyers are sold what is not there', async () => {
    const twin = await startProductHost()
    const sku = await twin.sku(50)
    await twin.db.query({ text: 'ALTER TABLE sku DROP CONSTRAINT sku_stock', values: [] })
    seller = reserving(twin.db as Database)
    assert.ok((await sell(sku)) > 50)
    await twin.stop()
  })

  test('who is overtaken fails no neighbour in the batch', async () => {
    const scarce = await shop.sku(3)
    const plenty = await shop.sku(1_000)
    const batches = Array.from({ length: 6 }, () => [
      request([plenty, 1]),
      request([scarce, 1], [plenty, 1]),
      request([plenty, 2]),
    ])
    const answers = await Promise.all(batches.map((batch) => seller(batch)))
    for (const [first, , third] of answers) assert.ok(!(first instanceof Fault) && !(third instanceof Fault))
    assert.equal(answers.filter(([, second]) => !(second instanceof Fault)).length, 3)
    assert.deepEqual(await shop.stockOf(plenty), [1_000, 6 * 3 + 3])
  })

  test('one reservation asked for by many at once is held once, and all get the same answer', async () => {
    const sku = await shop.sku(10)
    const same = request([sku, 2])
    const answers = await Promise.all(Array.from({ length: 12 }, () => seller([same, request([sku, 99])])))
    for (const [first] of answers) assert.deepEqual(first, answers[0]![0])
    assert.ok(!(answers[0]![0] instanceof Fault))
    assert.deepEqual(await shop.stockOf(sku), [10, 2])
  })

  test('whoever is chosen to end a deadlock tries again and succeeds', async () => {
    /** Whether the seller was chosen. */
    const deadlock = async (): Promise<boolean> => {
      const [a, b] = [await shop.sku(5), await shop.sku(5)].sort() as [string, string]
      let reserved: Promise<unknown> | undefined
      deadlocks = 0
      // Locks b, then a: against the order everyone else keeps.
      const against = db.tx('test.against-the-order', async (tx) => {
        await lockSkus(tx, [b])
        reserved = seller([request([a, 1], [b, 1])])
        await blocked(shop.db, 1)
        await lockSkus(tx, [a])
      })
      // Whoever notices is chosen: on a busy machine that may be this one.
      await against.catch((error: unknown) => assert.equal(codeOf(error), '40P01', String(error)))
      const [answer] = (await reserved) as unknown[]
      assert.ok(!(answer instanceof Fault))
      assert.deepEqual(
        [await shop.stockOf(a), await shop.stockOf(b)],
        [
          [5, 1],
          [5, 1],
        ],
      )
      return deadlocks > 0
    }
    await eventually(deadlock, 'the seller is chosen')
  })

  test('batches that name the same SKUs in opposite orders do not lock each other out', async () => {
    const skus = await Promise.all(Array.from({ length: 6 }, () => shop.sku(10_000)))
    deadlocks = 0
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        const lines = (i % 2 ? skus : skus.toReversed()).map((sku) => [sku, 1] as [string, number])
        return seller([request(...lines), request(...lines.toReversed())])
      }),
    )
    for (const sku of skus) assert.deepEqual(await shop.stockOf(sku), [10_000, 60])
    assert.equal(deadlocks, 0)
  })

  test('a deadlock that never ends is told, not retried for ever; other errors at once', async () => {
    let tried = 0
    const fail = (code: string) => () => {
      tried++
      return Promise.reject(Object.assign(new Error(code), { code }))
    }
    await assert.rejects(retryOnDeadlock(fail('40P01')))
    assert.equal(tried, 4)
    await assert.rejects(retryOnDeadlock(fail('23514')))
    assert.equal(tried, 5)
  })
})
