import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Fault } from '#kernel/fault.ts'
import { INVALID_INPUT } from '#kernel/faults.ts'
import { VERSION_CONFLICT } from '#kernel/input/versions.ts'
import { startProductHost, toldBy, wrongStock } from '../product.fixture.ts'

/** Why something was refused. */
const refusal = async (asked: Promise<unknown>): Promise<Fault> => {
  const [answer] = await Promise.allSettled([asked])
  assert.equal(answer.status, 'rejected', 'it was not refused')
  return (answer as PromiseRejectedResult).reason
}

describe('staff overwrite only what they have read', () => {
  let shop: Awaited<ReturnType<typeof startProductHost>>
  before(async () => {
    shop = await startProductHost()
  })

  test('of two who opened the same version of a product the second is refused, and stores nothing', async () => {
    const { id } = await shop.create({ description: '처음' })
    for (let version = 1; version < 7; version++)
      await shop.staff.update({ id, expectedVersion: version, description: `설명 ${version}` })
    const a = await shop.staff.get({ id })
    const b = await shop.staff.get({ id })
    assert.deepEqual([a.version, b.version], [7, 7])
    const saved = await shop.staff.update({ id, expectedVersion: a.version, name: '새 이름' })
    assert.equal(saved.version, 8)
    const told = (await toldBy(shop.db)).length
    const price = { id, expectedVersion: b.version, skus: [{ id: b.skus[0]!.id, price: 9_000 }] }
    const late = await refusal(shop.staff.update(price))
    assert.ok(VERSION_CONFLICT.is(late), String(late))
    assert.deepEqual(late.data, { version: 8 })
    assert.deepEqual(await shop.staff.get({ id }), saved)
    assert.equal((await toldBy(shop.db)).length, told)
    assert.equal((await shop.staff.update({ ...price, expectedVersion: 8 })).version, 9)
  })

  test('of many who save the same version at once exactly one does', async () => {
    const { id } = await shop.create()
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => shop.staff.update({ id, expectedVersion: 1, name: `이름 ${i}` })),
    )
    const refused = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    assert.equal(refused.length, 7)
    for (const each of refused) assert.deepEqual([VERSION_CONFLICT.is(each), each.data], [true, { version: 2 }])
    assert.equal((await shop.staff.get({ id })).version, 2)
  })

  test('a change that does not say what it read is refused with the field', async () => {
    const { id } = await shop.create()
    const fault = await refusal(shop.staff.update({ id, name: '이름' } as never))
    assert.deepEqual(
      [fault.code, fault.field, fault.fields![0]!.code],
      ['INVALID_INPUT', 'expectedVersion', 'required'],
    )
    for (const expectedVersion of [0, -1, 1.5, '1', null, 2 ** 31])
      assert.ok(INVALID_INPUT.is(await refusal(shop.staff.update({ id, expectedVersion } as never))))
    assert.equal((await shop.staff.get({ id })).version, 1)
  })

  test('stock that is sold while a form is open does not come back by saving it', async () => {
    const { id, skus, version } = await shop.create({ skus: [{ price: 1_000, onHand: 10 }] })
    const skuId = skus[0]!.id
    const { reservationId } = await shop.reserve([[skuId, 3]])
    await shop.tell(shop.paid(reservationId))
    const saved = await shop.staff.update({ id, expectedVersion: version, description: '고친 설명' })
    assert.deepEqual([saved.skus[0]!.onHand, saved.skus[0]!.reserved], [7, 0])
    assert.equal(saved.version, version + 1, 'a sale is no change of the description')
    assert.deepEqual(await wrongStock(shop.db), [])
  })

  test('a category is replaced only by who has read it, and made by who has not', async () => {
    const named = (name: string) => ({ id: 'lamps', name, nameEn: 'Lamps' })
    const version = async () => (await shop.staff.categories({})).items.find((each) => each.id === 'lamps')?.version
    assert.deepEqual((await refusal(shop.staff.putCategory({ ...named('조명'), expectedVersion: 3 }))).data, {
      version: 0,
    })
    assert.deepEqual(await shop.staff.putCategory(named('조명')), { id: 'lamps', version: 1 })
    assert.equal(await version(), 1)
    const silent = await refusal(shop.staff.putCategory(named('등')))
    assert.deepEqual([silent.code, silent.field], ['INVALID_INPUT', 'expectedVersion'])
    assert.deepEqual(await shop.staff.putCategory({ ...named('등'), expectedVersion: 1 }), { id: 'lamps', version: 2 })
    for (const expectedVersion of [0, 1, 3]) {
      const late = await refusal(shop.staff.putCategory({ ...named('전등'), expectedVersion }))
      assert.deepEqual([VERSION_CONFLICT.is(late), late.data], [true, { version: 2 }])
    }
    assert.equal((await shop.staff.categories({})).items.find((each) => each.id === 'lamps')!.name, '등')
    const at = { ...named('전등'), expectedVersion: 2 }
    const answers = await Promise.allSettled([1, 2, 3].map(() => shop.staff.putCategory(at)))
    assert.equal(answers.filter((each) => each.status === 'fulfilled').length, 1)
    assert.equal(await version(), 3)
  })
})
