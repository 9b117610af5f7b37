import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { blocked } from '#test/support/blocked.ts'
import { claimsOf, startIdentity } from '#test/support/identity.ts'
import { meetingPoint } from '#test/support/meeting-point.ts'
import { refused } from '#test/support/refused.ts'
import { auth, type Session } from '../contract.ts'
import { IDLE, LONGEST } from './sessions.ts'

const { shop, anyone, join, actorOf } = await startIdentity()
const page = shop.inside(auth)
const db = shop.host.services.find((each) => each.definition.contract.name === 'auth')!.db

const reasonOf = async (session: Session): Promise<string | null> => {
  const { sid } = claimsOf(session.accessToken)
  const [row] = await db.query<{ reason: string | null }>(
    sql`SELECT end_reason AS reason FROM session WHERE id = ${sid}`,
  )
  return row!.reason
}
const revoked = async (session: Session): Promise<boolean> => {
  const { sessions } = await page.revocations({ since: 0 })
  return sessions.some((each) => each.id === claimsOf(session.accessToken).sid)
}

test('a refresh token is exchanged for a new one of the same session', async () => {
  const first = await join()
  const second = await anyone.refresh({ refreshToken: first.refreshToken })
  assert.notEqual(second.refreshToken, first.refreshToken)
  assert.equal(claimsOf(second.accessToken).sid, claimsOf(first.accessToken).sid)
  assert.deepEqual(second.member, first.member)
  await anyone.refresh({ refreshToken: second.refreshToken })
  assert.equal(await revoked(first), false)
})

test('a used token ends the whole family, at once and for the honest holder too', async () => {
  const first = await join()
  const second = await anyone.refresh({ refreshToken: first.refreshToken })
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: first.refreshToken }))
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: second.refreshToken }))
  assert.equal(await reasonOf(first), 'refresh-reused')
  assert.equal(await revoked(first), true)
})

test('a token used long ago ends the family as well', async () => {
  const first = await join()
  let last: Session = first
  for (let i = 0; i < 5; i++) last = await anyone.refresh({ refreshToken: last.refreshToken })
  await refused('REFRESH_INVALID', page.renew({ refreshToken: first.refreshToken }))
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: last.refreshToken }))
})

test('requests that overtake each other are one exchange: all get the same next token, and nobody is signed out', async () => {
  const first = await join()
  const raced = await Promise.all(Array.from({ length: 5 }, () => anyone.refresh({ refreshToken: first.refreshToken })))
  assert.equal(new Set(raced.map((each) => each.refreshToken)).size, 1)
  assert.equal(await reasonOf(first), null)
  await anyone.refresh({ refreshToken: raced[0]!.refreshToken })
})

test('two requests that meet in the database get the same next token', async () => {
  const first = await join()
  const { sid } = claimsOf(first.accessToken)
  const outcomes: Promise<Session>[] = []
  await db.tx('hold', async (tx) => {
    await tx.query(sql`SELECT FROM session WHERE id = ${sid} FOR UPDATE`)
    outcomes.push(
      anyone.refresh({ refreshToken: first.refreshToken }),
      // By the other way, as if in another process: calls of one way would be folded before the database.
      page.renew({ refreshToken: first.refreshToken }),
    )
    await blocked(db, 2)
  })
  const [a, b] = await Promise.all(outcomes)
  assert.equal(a!.refreshToken, b!.refreshToken)
  assert.equal(await reasonOf(first), null)
  await anyone.refresh({ refreshToken: a!.refreshToken })
})

test('twin: an exchange that looks before it locks hands out two live tokens', async () => {
  const first = await join()
  const { sid } = claimsOf(first.accessToken)
  const bothLooked = meetingPoint(2)
  const careless = async (next: string): Promise<string | undefined> => {
    const [row] = await db.query<{ hash: string }>(sql`SELECT current_hash AS hash FROM session WHERE id = ${sid}`)
    await bothLooked()
    await db.query(sql`UPDATE session SET previous_hash = ${row!.hash}, current_hash = ${next} WHERE id = ${sid}`)
    return next
  }
  const handed = await Promise.all([careless('one'), careless('two')])
  assert.equal(new Set(handed).size, 2)
})

test('a page may present the last token again for ten seconds and gets the same next one; then it is a reuse', async () => {
  const first = await join()
  const second = await page.renew({ refreshToken: first.refreshToken })
  const again = await page.renew({ refreshToken: first.refreshToken })
  assert.equal(again.refreshToken, second.refreshToken)
  shop.runtime.advance(10_000)
  await refused('REFRESH_INVALID', page.renew({ refreshToken: first.refreshToken }))
  await refused('REFRESH_INVALID', page.renew({ refreshToken: second.refreshToken }))
})

test('renewing for pages is not open to the outside', async () => {
  const first = await join()
  await refused('FORBIDDEN', anyone.renew({ refreshToken: first.refreshToken }))
  await anyone.refresh({ refreshToken: first.refreshToken })
})

test('made-up and tampered tokens are refused and end nothing', async () => {
  const first = await join()
  const [sid, secret, seal] = first.refreshToken.split('.') as [string, string, string]
  for (const token of [
    'x',
    `${sid}.${secret}`,
    `${sid}.${'A'.repeat(43)}.${seal}`,
    `${sid}.${secret}.${'A'.repeat(43)}`,
    `${crypto.randomUUID()}.${secret}.${seal}`,
    `${first.refreshToken}.more`,
  ])
    await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: token }))
  await anyone.refresh({ refreshToken: first.refreshToken })
})

test('a sign-in ends unused after thirty days, and in any case after half a year', async () => {
  const idle = await join()
  shop.runtime.advance(IDLE)
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: idle.refreshToken }))
  let used: Session = await join()
  for (let day = 29; day < LONGEST / 86_400_000; day += 29) {
    shop.runtime.advance(29 * 86_400_000)
    used = await anyone.refresh({ refreshToken: used.refreshToken })
  }
  shop.runtime.advance(29 * 86_400_000)
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: used.refreshToken }))
})

test('signing out ends the session, tells the world once, and can be repeated', async () => {
  const session = await join()
  const other = await anyone.signIn({ email: session.member.email, password: session.password })
  const me = shop.as(auth, actorOf(session))
  await me.signOut({})
  await me.signOut({})
  await refused('REFRESH_INVALID', anyone.refresh({ refreshToken: session.refreshToken }))
  assert.equal(await revoked(session), true)
  const told = await db.query(sql`
    SELECT FROM outbox WHERE name = 'auth.session_ended' AND payload->>'sessionId' = ${claimsOf(session.accessToken).sid}`)
  assert.equal(told.length, 1)
  assert.equal(await revoked(other), false, 'the other device stays signed in')
  await anyone.refresh({ refreshToken: other.refreshToken })
})

test('a revocation is told until its access tokens have run out, even to who asks only for later ones', async () => {
  const session = await join()
  await shop.as(auth, actorOf(session)).signOut({})
  const { now } = await page.revocations({ since: 0 })
  const { sid } = claimsOf(session.accessToken)
  assert.ok(
    (await page.revocations({ since: now })).sessions.some((each) => each.id === sid),
    'commits may come late',
  )
  shop.runtime.advance(15 * 60_000 + 60_000)
  assert.ok((await page.revocations({ since: 0 })).sessions.every((each) => each.id !== sid))
})
