import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { FORBIDDEN, INVALID_INPUT, NOT_FOUND } from '#kernel/faults.ts'
import { memberActor, staffActor } from '#test/support/host.ts'
import { editProduct } from '#test/support/staff-edits.ts'
import {
  MAX_ON_HAND,
  OUT_OF_STOCK,
  product,
  STOCK_CHANGED,
  STOCK_MOVEMENT_CONFLICT,
  STOCK_NEGATIVE,
} from '../contract.ts'
import { startProductHost, toldBy, wrongStock } from '../product.fixture.ts'

describe('how staff move stock', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  before(async () => {
    shop = await startProductHost()
  })
  after(async () => assert.deepEqual(await wrongStock(shop.db), []))

  const sell = async (skuId: string, quantity: number): Promise<string> => {
    const { reservationId } = await shop.reserve([[skuId, quantity]])
    await shop.tell(shop.paid(reservationId))
    return reservationId
  }

  test('a product saved as it was read, its stock with it, is refused without what was read', async () => {
    const { id, version, skus } = await shop.create({ skus: [{ price: 1_000, onHand: 1 }] })
    await sell(skus[0]!.id, 1)
    const whole = {
      id,
      expectedVersion: version,
      skus: skus.map(({ id: skuId, price, onHand }) => ({ id: skuId, price, onHand })),
    }
    await assert.rejects(shop.staff.update(whole), (error) => {
      assert.ok(INVALID_INPUT.is(error))
      assert.deepEqual([error.field, error.fields![0]!.code], ['skus.0.expectedOnHand', 'required'])
      return true
    })
    // A SKU that is named by its options exists too.
    const byOptions = { id, expectedVersion: version, skus: [{ options: {}, price: 1_000, onHand: 1 }] }
    await assert.rejects(shop.staff.update(byOptions), INVALID_INPUT.is)
    // What was read, without what it is to be, is no count either.
    await assert.rejects(
      shop.staff.update({ id, expectedVersion: version, skus: [{ id: skus[0]!.id, expectedOnHand: 7 }] }),
      (error) => INVALID_INPUT.is(error) && error.field === 'skus.0.onHand',
    )
    assert.deepEqual(await shop.stockOf(skus[0]!.id), [0, 0])
  })

  test('a count over another stock than was read is refused, names every such SKU and stores nothing', async () => {
    const sizes = ['S', 'M', 'L'].map((size) => ({ options: { 크기: size }, price: 10, onHand: 5 }))
    const { id, version, skus } = await shop.create({ skus: sizes })
    const [s, m, l] = skus.map((each) => each.id) as [string, string, string]
    await sell(s, 2)
    await shop.staff.moveStock({ skuId: m, delta: 4, reason: '입고' })
    const counts = skus.map((each) => ({ id: each.id, onHand: 6, expectedOnHand: each.onHand }))
    await assert.rejects(
      shop.staff.update({ id, expectedVersion: version, name: '바뀐 이름', skus: counts }),
      (error) => {
        assert.ok(STOCK_CHANGED.is(error), String(error))
        assert.equal(error.field, 'skus.0.onHand')
        assert.deepEqual(error.data, {
          skus: [
            { skuId: s, expectedOnHand: 5, onHand: 3, reserved: 0 },
            { skuId: m, expectedOnHand: 5, onHand: 9, reserved: 0 },
          ],
        })
        return true
      },
    )
    const unchanged = await shop.staff.get({ id })
    assert.deepEqual([unchanged.version, unchanged.name], [version, '무선 이어폰'])
    const now = unchanged.skus.map((each) => ({ id: each.id, onHand: 6, expectedOnHand: each.onHand }))
    await shop.staff.update({ id, expectedVersion: version, skus: now })
    for (const each of [s, m, l]) assert.deepEqual(await shop.stockOf(each), [6, 0])
  })

  test('what is held stays held through a count; fewer than that is refused', async () => {
    const { id, skus } = await shop.create({ skus: [{ price: 10, onHand: 5 }] })
    const skuId = skus[0]!.id
    await shop.reserve([[skuId, 4]])
    const count = (onHand: number) => editProduct(shop.staff, { id, skus: [{ id: skuId, onHand, expectedOnHand: 5 }] })
    await assert.rejects(count(3), (error) => {
      assert.ok(STOCK_NEGATIVE.is(error))
      assert.deepEqual(error.data, { onHand: 5, reserved: 4 })
      return true
    })
    await count(4)
    assert.deepEqual(await shop.stockOf(skuId), [4, 4])
    assert.deepEqual(
      (await toldBy(shop.db)).filter((each) => each.payload.skuId === skuId).map(({ payload }) => payload.soldOut),
      [true],
    )
  })

  test('choices may be renamed while units of them are held', async () => {
    const { id, skus } = await shop.create({ skus: [{ options: { 색상: '검정' }, price: 10, onHand: 2 }] })
    const { reservationId } = await shop.reserve([[skus[0]!.id, 1]])
    const renamed = await editProduct(shop.staff, {
      id,
      options: [{ name: '색상', values: ['먹색'] }],
      skus: [{ id: skus[0]!.id, options: { 색상: '먹색' } }],
    })
    assert.deepEqual(
      renamed.skus.map(({ options, onHand, reserved }) => [options, onHand, reserved]),
      [[{ 색상: '먹색' }, 2, 1]],
    )
    await shop.tell(shop.paid(reservationId))
    assert.deepEqual(await shop.stockOf(skus[0]!.id), [1, 0])
  })

  test('a SKU that is added starts with what it is given; nothing was there to be read', async () => {
    const { id } = await shop.create({ skus: [{ options: { 색상: '검정' }, price: 10, onHand: 1 }] })
    const options = [{ name: '색상', values: ['검정', '흰색', '회색'] }]
    const added = (색상: string, expectedOnHand?: number) =>
      editProduct(shop.staff, {
        id,
        options,
        skus: [{ options: { 색상 }, price: 10, onHand: 7, ...(expectedOnHand !== undefined && { expectedOnHand }) }],
      })
    assert.equal((await added('흰색')).skus[1]!.onHand, 7)
    assert.equal((await added('회색', 0)).skus[2]!.onHand, 7)
    // Somebody believes that there is one already.
    const other = await shop.create({ skus: [{ options: { 색상: '검정' }, price: 10, onHand: 1 }] })
    await assert.rejects(
      editProduct(shop.staff, {
        id: other.id,
        options,
        skus: [{ options: { 색상: '흰색' }, price: 10, onHand: 7, expectedOnHand: 3 }],
      }),
      STOCK_CHANGED.is,
    )
    assert.equal((await shop.staff.get({ id: other.id })).skus.length, 1)
  })

  test('stock never falls below nothing or what is reserved, and has an end', async () => {
    const { id, skus } = await shop.create()
    const skuId = skus[0]!.id
    await assert.rejects(shop.staff.moveStock({ skuId, delta: -11, reason: '분실' }), (error) => {
      assert.ok(STOCK_NEGATIVE.is(error))
      assert.deepEqual(error.data, { onHand: 10, reserved: 0 })
      return true
    })
    const count = (onHand: number) => editProduct(shop.staff, { id, skus: [{ id: skuId, onHand, expectedOnHand: 10 }] })
    await assert.rejects(count(MAX_ON_HAND + 1), INVALID_INPUT.is)
    await assert.rejects(count(-1), INVALID_INPUT.is)
    await count(MAX_ON_HAND)
    await assert.rejects(shop.staff.moveStock({ skuId, delta: 1, reason: '입고' }), INVALID_INPUT.is)
    assert.deepEqual(await shop.stockOf(skuId), [MAX_ON_HAND, 0])
  })

  test('a movement with a key happens once; another under the same key is a conflict', async () => {
    const skuId = await shop.sku(0)
    const given = { skuId, delta: 5, reason: '입고', idempotencyKey: 'in-1' }
    const answers = await Promise.all([1, 2, 3, 4].map(() => shop.staff.moveStock(given)))
    assert.equal(new Set(answers.map((each) => each.id)).size, 1)
    assert.deepEqual(await shop.stockOf(skuId), [5, 0])
    await assert.rejects(shop.staff.moveStock({ ...given, delta: -1 }), STOCK_MOVEMENT_CONFLICT.is)
    await assert.rejects(shop.staff.moveStock({ ...given, reason: '반품' }), STOCK_MOVEMENT_CONFLICT.is)
    const other = await shop.sku(0)
    await shop.staff.moveStock({ ...given, skuId: other })
    assert.deepEqual(await shop.stockOf(other), [5, 0])
  })

  test('the ledger lists every movement with its reason and who made it, newest first, page by page', async () => {
    const [maker, counter] = [randomUUID(), randomUUID()]
    const as = (memberId: string) => shop.as(product, staffActor(memberId, 'catalog'))
    const { id, version, skus } = await as(maker).create({ name: '가방', skus: [{ price: 10, onHand: 3 }] })
    const skuId = skus[0]!.id
    await as(maker).moveStock({ skuId, delta: 4, reason: '입고', idempotencyKey: 'in-2' })
    const reservationId = await sell(skuId, 2)
    await shop.tell(shop.canceled(reservationId, true))
    await as(counter).update({ id, expectedVersion: version, skus: [{ id: skuId, onHand: 5, expectedOnHand: 7 }] })
    const listed: unknown[] = []
    let cursor: string | undefined
    do {
      const page: Awaited<ReturnType<typeof shop.staff.movements>> = await shop.staff.movements({
        skuId,
        limit: 2,
        ...(cursor && { cursor }),
      })
      listed.push(...page.items.map(({ kind, delta, reference, memberId }) => [kind, delta, reference, memberId]))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    assert.deepEqual(listed, [
      ['ADJUSTED', -2, null, counter],
      ['RETURNED', 2, reservationId, null],
      ['SOLD', -2, reservationId, null],
      ['RECEIVED', 4, 'in-2', maker],
      ['RECEIVED', 3, null, maker],
    ])
    const { items } = await shop.staff.movements({ skuId, limit: 100 })
    assert.equal(items[3]!.reason, '입고')
    assert.ok(items.every((each) => each.reason.length > 0 && each.skuId === skuId))
    assert.equal(
      items.reduce((sum, each) => sum + each.delta, 0),
      5,
    )
  })

  test('movements of nothing, with a cursor of nobody, or for a customer are refused', async () => {
    const skuId = await shop.sku(0)
    assert.deepEqual(await shop.staff.movements({ skuId }), { items: [], nextCursor: null })
    await assert.rejects(shop.staff.movements({ skuId: randomUUID() }), NOT_FOUND.is)
    await assert.rejects(shop.staff.movements({ skuId, cursor: 'x' }), INVALID_INPUT.is)
    const customer = shop.as(product, memberActor(randomUUID()))
    await assert.rejects(customer.movements({ skuId }), FORBIDDEN.is)
  })

  test('while many buy, forms are saved and units counted: every unit is on hand, reserved or sold', async () => {
    const START = 40
    const BUYERS = 60
    const { id, skus } = await shop.create({ skus: [{ price: 10, onHand: START }] })
    const skuId = skus[0]!.id
    let open = BUYERS
    const buyers = Array.from({ length: BUYERS }, async () => {
      try {
        const { reservationId } = await shop.reserve([[skuId, 1]])
        await shop.tell(shop.paid(reservationId))
        return 1
      } catch (error) {
        assert.ok(OUT_OF_STOCK.is(error), String(error))
        return 0
      } finally {
        open--
      }
    })
    let found = 0
    let stale = 0
    // Counts two more than were there at each look, while buyers take away: a count over another stock would undo sales.
    const counter = async () => {
      while (open > 0) {
        const read = (await shop.staff.get({ id })).skus[0]!
        try {
          await editProduct(shop.staff, {
            id,
            skus: [{ id: skuId, onHand: read.onHand + 2, expectedOnHand: read.onHand }],
          })
          found += 2
        } catch (error) {
          if (STOCK_CHANGED.is(error)) stale++
          else assert.equal((error as { code?: string }).code, 'VERSION_CONFLICT', String(error))
        }
      }
    }
    const writer = async () => {
      for (let i = 0; open > 0; i++)
        await editProduct(shop.staff, { id, description: `설명 ${i}` }).catch((error: { code?: string }) =>
          assert.equal(error.code, 'VERSION_CONFLICT', String(error)),
        )
    }
    const [sold] = await Promise.all([
      Promise.all(buyers).then((all) => all.reduce<number>((sum, each) => sum + each, 0)),
      counter(),
      writer(),
    ])
    const [onHand, reserved] = await shop.stockOf(skuId)
    assert.equal(reserved, 0)
    assert.equal(onHand + sold, START + found, `${stale} counts came too late`)
    assert.ok(sold > 0)
  })
})
