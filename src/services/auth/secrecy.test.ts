import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { email } from '#services/email/contract.ts'
import { member } from '#services/member/contract.ts'
import { startIdentity } from '#test/support/identity.ts'
import { refused } from '#test/support/refused.ts'
import { testSettings } from '#test/support/settings.ts'
import { overheard } from '#test/support/silent.ts'
import { auth } from './contract.ts'

const { log, lines } = overheard()
const { shop, anyone, mailbox, actorOf } = await startIdentity({
  log,
  settings: { JANGTEO_STAFF_PASSWORD: 'staff-secret-word' },
})
const db = (service: string) => shop.host.services.find((each) => each.definition.contract.name === service)!.db
const mails = shop.as(email, { kind: 'anonymous' })
const to = 'very.private@example.com'

/** Everything a person could keep secret, as it passes by; codes only where they stand alone, being short. */
const secrets: string[] = [testSettings.JANGTEO_SECRET, 'staff-secret-word', '비밀의 주소', '공동현관 비밀']
const codes: string[] = []
const remember = <T extends string>(secret: T): T => {
  secrets.push(secret)
  return secret
}
const found = (where: string, text: string): void => {
  for (const secret of secrets) assert.ok(!text.includes(secret), `${where} holds ${secret}`)
  for (const code of codes) assert.ok(!new RegExp(`(?<![\\w.])${code}(?!\\w)`).test(text), `${where} holds a code`)
}

const proofOf = async (purpose: 'sign-up' | 'password-reset', mailCount: number): Promise<string> => {
  await mails.sendCode({ email: to, purpose })
  const code = await mailbox.code(to, mailCount)
  codes.push(code)
  await refused('CODE_INVALID', mails.verifyCode({ email: to, purpose, code: code === '000000' ? '000001' : '000000' }))
  return remember((await mails.verifyCode({ email: to, purpose, code })).proof)
}

test('through a member’s whole life, and when things break, no secret is in a log line, an event or a table', async () => {
  const password = remember('the-first-secret-word 1')
  const input = { email: to, password, name: '홍길동', emailProof: await proofOf('sign-up', 1) }
  await db('member').query(sql`ALTER TABLE member RENAME TO gone`)
  await refused('INTERNAL', anyone.signUp(input))
  await db('member').query(sql`ALTER TABLE gone RENAME TO member`)
  const first = await anyone.signUp(input)
  const second = await anyone.refresh({ refreshToken: remember(first.refreshToken) })
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email: to, password: remember('a-wrong-secret-word') }))
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: first.refreshToken }))
  const third = await anyone.signIn({ email: to, password })
  const me = shop.as(member, actorOf(third))
  await me.addAddress({
    recipient: '홍길동',
    phone: '010-1234-5678',
    postcode: '06236',
    address1: '서울',
    memo: '공동현관 비밀 #1',
  })
  const fourth = await shop
    .as(auth, actorOf(third))
    .changePassword({ currentPassword: password, newPassword: remember('the-second-secret-word 2') })
  const emailProof = await proofOf('password-reset', 2)
  await anyone.resetPassword({ email: to, newPassword: remember('the-third-secret-word 3'), emailProof })
  for (const each of [first, second, third, fourth]) {
    remember(each.refreshToken)
    remember(each.accessToken)
  }
  await shop.settled()

  for (const service of ['auth', 'member', 'email']) {
    const tables = await db(service).query<{ name: string }>(
      sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = ${`jt_${service}`}`,
    )
    assert.ok(tables.length > 5)
    for (const { name } of tables) {
      const rows = await db(service).query<Record<string, unknown>>({ text: `SELECT * FROM "${name}"`, values: [] })
      for (const row of rows)
        for (const [column, value] of Object.entries(row))
          found(
            `${service}.${name}.${column}`,
            Buffer.isBuffer(value) ? value.toString('latin1') : (JSON.stringify(value) ?? ''),
          )
      if (name === 'outbox') assert.ok(!JSON.stringify(rows).includes(to), 'an event holds the address')
    }
  }

  // A row that breaks a rule of its table is told in full by PostgreSQL; the log keeps that to itself.
  await db('member').query(sql`ALTER TABLE member ADD CONSTRAINT broken CHECK (name <> '깨진이름')`)
  await refused('INTERNAL', shop.as(member, actorOf(fourth)).updateMe({ name: '깨진이름' }))

  const logged = lines()
  assert.match(logged, /violates check constraint/)
  assert.match(logged, /An operation failed/)
  found('the log', logged)
  assert.ok(!logged.includes(to), 'the log holds the address')
})
