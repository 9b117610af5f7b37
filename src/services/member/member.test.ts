import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { auth } from '#services/auth/contract.ts'
import { startIdentity } from '#test/support/identity.ts'
import { refused } from '#test/support/refused.ts'
import { member } from './contract.ts'

const { shop, anyone, join, proof, actorOf, neighbours } = await startIdentity()
const db = (service: string) => shop.host.services.find((each) => each.definition.contract.name === service)!.db

test('phone numbers are kept as digits, however they are typed, and refused with what one looks like', async () => {
  const me = shop.as(member, actorOf(await join()))
  for (const given of ['+82 010-1234-5678', '（０１０）１２３４．５６７８', '0082-10-1234-5678'])
    assert.equal((await me.updateMe({ phone: given })).phone, '01012345678')
  for (const bad of ['', '0000000000', '010-1234-56789', '099-123-4567']) {
    const error = await refused('INVALID_INPUT', me.updateMe({ phone: bad }))
    assert.deepEqual(
      error.fields?.map(({ field, code, message }) => [field, code, /010-1234-5678/.test(JSON.stringify(message))]),
      [['phone', 'phone_number', true]],
    )
  }
})

test('a number that was taken by other rules is still shown', async () => {
  const session = await join()
  const me = shop.as(member, actorOf(session))
  await db('member').query(sql`UPDATE member SET phone = '0000000000' WHERE id = ${session.member.id}`)
  assert.equal((await me.me({})).phone, '0000000000')
  assert.equal((await me.updateMe({ name: '홍길동' })).phone, '0000000000')
})

test('a profile changes only where it is told to', async () => {
  const me = shop.as(member, actorOf(await join()))
  const before = await me.me({})
  assert.equal(before.phone, null)
  assert.equal(before.grade, 'WELCOME')
  const after = await me.updateMe({ phone: '010-1234-5678', marketingConsent: true })
  assert.deepEqual(after, { ...before, phone: '01012345678', marketingConsent: true })
  assert.deepEqual(await me.updateMe({ name: '  임꺽정 ' }), { ...after, name: '임꺽정' })
  assert.equal((await me.updateMe({ phone: null })).phone, null)
  assert.deepEqual(await me.updateMe({}), await me.me({}))
  for (const bad of [{ name: '' }, { name: 'a\nb' }, { name: '\u2066x' }, { name: 'x'.repeat(61) }, { phone: 'x' }])
    await refused('INVALID_INPUT', me.updateMe(bad))
  assert.equal((await me.me({})).name, '임꺽정')
})

test('each change of a consent is on record, and only changes are', async () => {
  const session = await join()
  const me = shop.as(member, actorOf(session))
  await me.updateMe({ marketingConsent: false })
  await me.updateMe({ marketingConsent: true })
  await me.updateMe({ marketingConsent: true })
  await me.updateMe({ marketingConsent: false })
  const record = await db('member').query<{ given: boolean }>(
    sql`SELECT given FROM consent WHERE member_id = ${session.member.id} ORDER BY id`,
  )
  assert.deepEqual(
    record.map((each) => each.given),
    [true, false],
  )
})

test('guests and strangers have no profile', async () => {
  await refused('UNAUTHENTICATED', shop.as(member, { kind: 'anonymous' }).me({}))
  await refused('UNAUTHENTICATED', shop.as(member, { kind: 'guest', guestId: shop.runtime.id() }).withdraw({}))
  await refused('FORBIDDEN', shop.as(member, { kind: 'anonymous' }).find({ id: shop.runtime.id() }))
})

test('who has orders in progress cannot leave, and nothing of theirs is touched', async () => {
  const session = await join()
  const me = shop.as(member, actorOf(session))
  const orders = [{ id: shop.runtime.id(), number: '261130-ABCDEFGH' }]
  neighbours.open = [
    { reason: 'UNPAID', count: 2, orders },
    { reason: 'UNREFUNDED', count: 1, orders },
  ]
  const fault = await refused('ORDERS_OPEN', me.withdraw({}))
  assert.deepEqual(fault.data, { open: neighbours.open })
  assert.match(fault.messages.ko, /\(결제하지 않은 주문 2건, 환불이 끝나지 않은 주문 1건\)/)
  assert.match(fault.messages.en, /\(2 not paid yet, 1 not refunded yet\)/)
  neighbours.open = []
  assert.equal((await me.me({})).email, session.member.email)
  await anyone.signIn({ email: session.member.email, password: session.password })
})

test('leaving destroys the person’s data, ends every sign-in and is told once', async () => {
  const session = await join()
  const { id, email } = session.member
  const me = shop.as(member, actorOf(session))
  await me.updateMe({ name: '남궁떠나', phone: '010-9876-5432', marketingConsent: true })
  const home = { recipient: '남궁떠나', phone: '010-9876-5432', postcode: '06236', address1: '서울 강남구 떠나는길 1' }
  await me.addAddress(home)
  await me.withdraw({})
  await shop.settled()

  await refused('UNAUTHENTICATED', me.me({}))
  await refused('UNAUTHENTICATED', me.addAddress(home))
  await refused('UNAUTHENTICATED', me.updateMe({ name: '유령' }))
  assert.equal(await shop.inside(member).find({ id }), null)
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email, password: session.password }))
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: session.refreshToken }))
  assert.ok((await shop.inside(auth).revocations({ since: 0 })).sessions.length > 0)
  await me.withdraw({})
  const told = await db('member').query(sql`SELECT FROM outbox WHERE name = 'member.withdrawn' AND key = ${id}`)
  assert.equal(told.length, 1)
  assert.equal((await db('member').query(sql`SELECT FROM retained WHERE member_id = ${id}`)).length, 0)

  for (const service of ['member', 'auth', 'email']) {
    const dump = (await contents(service)).join('\n')
    for (const word of [email, '남궁떠나', '01098765432', '떠나는길'])
      assert.ok(!dump.includes(word), `${word} in ${service}`)
  }
})

test('of a buyer who leaves, the law’s part is kept sealed and apart, and destroyed on its day', async () => {
  const session = await join()
  neighbours.ordered = true
  await shop.as(member, actorOf(session)).withdraw({})
  neighbours.ordered = false
  const kept = async () =>
    db('member').query<{ sealed: Buffer; until: number }>(
      sql`SELECT sealed, destroy_after AS until FROM retained WHERE member_id = ${session.member.id}`,
    )
  const [row] = await kept()
  assert.ok(!row!.sealed.includes(session.member.email))
  const years = (row!.until - shop.runtime.now()) / (365.25 * 86_400_000)
  assert.ok(years > 4.99 && years < 5.01)
  const { sweeps } = shop.host.services.find((each) => each.definition.contract.name === 'member')!.built
  const destroy = sweeps!.find((each) => each.name === 'destroy-retained')!
  await destroy.run(row!.until - 1)
  assert.equal((await kept()).length, 1)
  await destroy.run(row!.until)
  assert.equal((await kept()).length, 0)
})

test('the address can sign up again, as a new member that nothing links to the old', async () => {
  const first = await join()
  await shop.as(member, actorOf(first)).withdraw({})
  await shop.settled()
  const second = await anyone.signUp({
    email: first.member.email,
    password: 'another password 2',
    name: '새사람',
    emailProof: await proof(first.member.email),
  })
  assert.notEqual(second.member.id, first.member.id)
})

test('a profile made twice is made once, and never again after it was withdrawn', async () => {
  const inside = shop.inside(member)
  const input = { id: shop.runtime.id(), email: 'twice@example.com', name: '두번' }
  const [a, b] = await Promise.all([inside.create(input), inside.create({ ...input, name: '다른 이름' })])
  assert.deepEqual(a, b)
  await shop.as(member, { kind: 'member', memberId: input.id, sessionId: input.id }).withdraw({})
  await refused('MEMBER_WITHDRAWN', inside.create(input))
})

/** Every row of every table of a service, as text. */
const contents = async (service: string): Promise<string[]> => {
  const tables = await db(service).query<{ name: string }>(
    sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = ${`jt_${service}`}`,
  )
  const rows = await Promise.all(
    tables.map(({ name }) =>
      db(service).query<{ row: string }>({
        text: `SELECT row_to_json(t)::text AS row FROM "${name}" AS t`,
        values: [],
      }),
    ),
  )
  return rows.flat().map((each) => each.row)
}
