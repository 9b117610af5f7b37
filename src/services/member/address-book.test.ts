import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from '#engines/postgres/sql.ts'
import { startIdentity } from '#test/support/identity.ts'
import { meetingPoint } from '#test/support/meeting-point.ts'
import { refused } from '#test/support/refused.ts'
import { ADDRESS_MOST, defaultAfterDeleting, defaultAfterSaving, type Entry } from './address-book.ts'
import { member, shippingAddress } from './contract.ts'

const { shop, join, actorOf } = await startIdentity()
const db = shop.host.services.find((each) => each.definition.contract.name === 'member')!.db
const home = { recipient: '홍길동', phone: '010-1234-5678', postcode: '06236', address1: '서울 강남구 테헤란로 1' }
const somebody = async () => shop.as(member, actorOf(await join()))

test('whatever is saved and deleted, there is one default as long as there are addresses', () => {
  const step = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), wished: fc.boolean(), deletes: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let book: Entry[] = []
      for (const { id, wished, deletes } of steps) {
        const next = deletes ? defaultAfterDeleting(book, id) : defaultAfterSaving(book, id, wished)
        const ids = book.map((each) => each.id).filter((each) => each !== id)
        book = (deletes ? ids : [...ids, id]).map((each) => ({ id: each, isDefault: each === next }))
        assert.equal(book.filter((each) => each.isDefault).length, book.length > 0 ? 1 : 0)
        if (!deletes && wished) assert.equal(next, id)
      }
    }),
  )
})

test('lines that may be left out may be null, which means the same', () => {
  assert.deepEqual(
    JSON.stringify(shippingAddress.parse({ ...home, address2: null, memo: null })),
    JSON.stringify(shippingAddress.parse(home)),
  )
  assert.equal(shippingAddress.parse({ ...home, memo: ' 문 앞 ' }).memo, '문 앞')
  assert.equal(shippingAddress.safeParse({ ...home, memo: 'x'.repeat(201) }).success, false)
})

test('the first address is the default; another takes over by wish, or when it is deleted', async () => {
  const me = await somebody()
  const first = await me.addAddress({ ...home, memo: '공동현관 #1234*' })
  assert.equal(first.isDefault, true)
  assert.equal(first.memo, '공동현관 #1234*')
  assert.equal(first.phone, '01012345678')
  const second = await me.addAddress({ ...home, address2: '2층' })
  assert.equal(second.isDefault, false)
  const third = await me.addAddress({ ...home, isDefault: true })
  assert.deepEqual(
    (await me.addresses({})).items.map((each) => [each.id, each.isDefault]),
    [
      [third.id, true],
      [second.id, false],
      [first.id, false],
    ],
  )
  await me.deleteAddress({ id: third.id })
  await me.deleteAddress({ id: third.id })
  assert.deepEqual(
    (await me.addresses({})).items.map((each) => [each.id, each.isDefault]),
    [
      [second.id, true],
      [first.id, false],
    ],
  )
  const changed = await me.updateAddress({ ...home, id: second.id, recipient: '임꺽정' })
  const { address2: _, ...replaced } = second
  assert.deepEqual(changed, { ...replaced, recipient: '임꺽정', isDefault: true })
})

test('the memo, where people write the code of their door, is sealed at rest', async () => {
  const me = await somebody()
  const { id } = await me.addAddress({ ...home, memo: '공동현관 #5678*' })
  const [row] = await db.query<{ row: string; memo: Buffer }>(
    sql`SELECT row_to_json(address)::text AS row, memo FROM address WHERE id = ${id}`,
  )
  assert.ok(!row!.memo.includes('5678') && !row!.row.includes('공동현관'))
})

test('another’s address is as if it were not there', async () => {
  const mine = await somebody()
  const { id } = await mine.addAddress(home)
  const other = await somebody()
  await refused('NOT_FOUND', other.updateAddress({ ...home, id, recipient: '도둑' }))
  await other.deleteAddress({ id })
  assert.deepEqual((await other.addresses({})).items, [])
  assert.equal((await mine.addresses({})).items[0]!.recipient, '홍길동')
})

test('addresses that no parcel can go to are refused', async () => {
  const me = await somebody()
  for (const wrong of [
    { postcode: '123-456' },
    { postcode: '6자리입니다' },
    { recipient: '' },
    { phone: '112' },
    { address1: 'x'.repeat(201) },
    { address1: '두\n줄' },
  ])
    await refused('INVALID_INPUT', me.addAddress({ ...home, ...wrong }))
  assert.deepEqual((await me.addresses({})).items, [])
})

test('a memo has lines, however the program that sent it ends them', async () => {
  const me = await somebody()
  const memo = '문 앞에 놓아 주세요\r\n공동현관\t#1234*\r\r\n 벨은 누르지 마세요 \u2028고맙습니다\n\n'
  const lines = '문 앞에 놓아 주세요\n공동현관 #1234*\n\n벨은 누르지 마세요\n고맙습니다'
  const { id } = await me.addAddress({ ...home, memo })
  assert.equal((await me.addresses({})).items[0]!.memo, lines)
  // What was read is taken as it is: nothing grows with each saving.
  assert.equal((await me.updateAddress({ ...home, id, memo: lines })).memo, lines)
  assert.equal((await me.updateAddress({ ...home, id, memo: ' \r\n \n' })).memo, undefined)
  assert.equal((await me.updateAddress({ ...home, id, memo: Array(10).fill('줄').join('\n') })).memo?.length, 19)
  for (const [wrong, code] of [
    [Array(11).fill('줄').join('\r\n'), 'too_many_lines'],
    ['가\u202e나\n다', 'control_characters'],
    ['가\n나\u001b[31m', 'control_characters'],
    ['가\n'.repeat(100) + '나나', 'too_big'],
  ] as const) {
    const error = await refused('INVALID_INPUT', me.updateAddress({ ...home, id, memo: wrong }))
    assert.ok(
      error.fields?.some((each) => each.field === 'memo' && each.code === code),
      `${code}: ${wrong}`,
    )
  }
})

test('an address that was taken by other rules is still shown', async () => {
  const me = await somebody()
  const { id } = await me.addAddress(home)
  await db.query(sql`UPDATE address SET phone = '012345678901' WHERE id = ${id}`)
  assert.equal((await me.addresses({})).items[0]!.phone, '012345678901')
})

test('many added at once stop at twenty, with one default', async () => {
  const me = await somebody()
  const added = await Promise.allSettled(
    Array.from({ length: ADDRESS_MOST + 10 }, () => me.addAddress({ ...home, isDefault: true })),
  )
  assert.equal(added.filter((each) => each.status === 'fulfilled').length, ADDRESS_MOST)
  const { items } = await me.addresses({})
  assert.equal(items.length, ADDRESS_MOST)
  assert.equal(items.filter((each) => each.isDefault).length, 1)
  await refused('ADDRESS_LIMIT', me.addAddress(home))
})

test('twin: counting without locking the member passes the limit', async () => {
  await db.query(sql`CREATE TABLE unguarded (n integer)`)
  await db.query(sql`INSERT INTO unguarded SELECT generate_series(1, 4)`)
  const bothCounted = meetingPoint(2)
  const add = (): Promise<boolean> =>
    db.tx('unguarded', async (tx) => {
      const [row] = await tx.query<{ count: number }>(sql`SELECT count(*) AS count FROM unguarded`)
      if (row!.count >= 5) return false
      await bothCounted()
      await tx.query(sql`INSERT INTO unguarded VALUES (1)`)
      return true
    })
  assert.deepEqual(await Promise.all([add(), add()]), [true, true])
  const [row] = await db.query<{ count: number }>(sql`SELECT count(*) AS count FROM unguarded`)
  assert.equal(row!.count, 6)
})
