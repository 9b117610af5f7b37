import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mail, Outcome } from '#engines/mail/mailer.ts'
import { sql } from '#engines/postgres/sql.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import type { Database, Queryable } from '#kernel/store.ts'
import { eventually } from '#test/support/eventually.ts'
import { meetingPoint } from '#test/support/meeting-point.ts'
import { silent } from '#test/support/silent.ts'
import { startTestHost } from '#test/support/host.ts'
import { testSettings } from '#test/support/settings.ts'
import { email } from '../contract.ts'
import { claimMails } from './mail-store.ts'
import { backOff, outgoing, WORTH } from './mail-queue.ts'
import { emailService } from '../service.ts'

// No SMTP_URL: the service queues, and the test sends with a mailer of its own.
const shop = await startTestHost([emailService], { settings: testSettings })
const { runtime } = shop
const db: Database = shop.host.services[0]!.db
const inside = shop.inside(email)
const secrets = secretsFrom(testSettings.JANGTEO_SECRET, runtime)

const play = (answer: (mail: Mail) => Outcome | Promise<Outcome>) => {
  const sent: Mail[] = []
  const mailer = {
    send: async (mail: Mail) => {
      sent.push(mail)
      return answer(mail)
    },
    close: () => {},
  }
  return { sent, mails: outgoing({ db, runtime, log: silent }, secrets, mailer) }
}

const queue = async (): Promise<string> => {
  const id = runtime.id()
  const mail = { id, to: 'buyer@example.com', subject: '주문 완료', text: '고맙습니다' }
  await Promise.all([inside.send(mail), inside.send(mail)])
  return id
}
const stateOf = async (id: string) =>
  (
    await db.query<{ state: string; sealed: Buffer | null; attempts: number }>(
      sql`SELECT state, sealed, attempts FROM mail WHERE id = ${id}`,
    )
  )[0]!
const tellings = async (id: string): Promise<number> =>
  (await db.query(sql`SELECT FROM outbox WHERE name = 'email.sent' AND key = ${id}`)).length

test('a mail queued twice is sent once, told once, and its content destroyed', async () => {
  const { sent, mails } = play(() => ({ kind: 'sent' }))
  const id = await queue()
  assert.equal(await mails.deliver(runtime.now(), 20), 1)
  assert.equal(await mails.deliver(runtime.now(), 20), 0)
  assert.deepEqual(
    sent.map(({ at: _, ...mail }) => mail),
    [{ id, to: 'buyer@example.com', subject: '주문 완료', text: '고맙습니다' }],
  )
  assert.deepEqual(await stateOf(id), { state: 'SENT', sealed: null, attempts: 1 })
  assert.equal(await tellings(id), 1)
  await inside.send({ id, to: 'buyer@example.com', subject: '주문 완료', text: '고맙습니다' })
  assert.equal(await mails.deliver(runtime.now(), 20), 0, 'its id is remembered')
})

test('many senders at once share the mails, and none is in two hands', async () => {
  const { sent, mails } = play(async () => {
    await runtime.sleep(20)
    return { kind: 'sent' }
  })
  const ids = await Promise.all(Array.from({ length: 30 }, queue))
  const taken = await Promise.all(Array.from({ length: 6 }, () => mails.deliver(runtime.now(), 20)))
  assert.equal(
    taken.reduce((sum, each) => sum + each, 0),
    30,
  )
  assert.deepEqual(sent.map((each) => each.id).toSorted(), ids.toSorted())
})

test('what one sender is about to claim, another does not even wait for', async () => {
  await Promise.all(Array.from({ length: 4 }, queue))
  const claim = (on: Queryable): Promise<string[]> =>
    claimMails(on, runtime.now(), runtime.now() + 60_000, 20).then((due) => due.map((each) => each.id))
  await db.tx('hold', async (tx) => {
    assert.equal((await claim(tx)).length, 4)
    const late = runtime.sleep(30_000).then(() => 'late')
    assert.deepEqual(await Promise.race([claim(db), late]), [])
  })
  runtime.advance(60_000)
  await play(() => ({ kind: 'sent' })).mails.deliver(runtime.now(), 20)
})

test('twin: taking what is due without claiming it sends mails twice', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, queue))
  const sent: string[] = []
  const bothLooked = meetingPoint(2)
  const careless = async (): Promise<void> => {
    const due = await db.query<{ id: string }>(sql`SELECT id FROM mail WHERE state = 'WAITING'`)
    await bothLooked()
    for (const each of due) sent.push(each.id)
  }
  await Promise.all([careless(), careless()])
  assert.ok(sent.length > ids.length)
  await play(() => ({ kind: 'sent' })).mails.deliver(runtime.now(), 20)
})

test('a server that is away is tried again later and later; the mail is sent when it is back', async () => {
  let away = true
  const { sent, mails } = play(() => (away ? { kind: 'failed', why: 'ECONNREFUSED' } : { kind: 'sent' }))
  const id = await queue()
  await mails.deliver(runtime.now(), 20)
  assert.equal(await mails.deliver(runtime.now(), 20), 0, 'not before its time')
  runtime.advance(backOff(1))
  assert.equal(await mails.deliver(runtime.now(), 20), 1)
  away = false
  runtime.advance(backOff(2))
  assert.equal(await mails.deliver(runtime.now(), 20), 1)
  assert.equal(sent.length, 3)
  assert.equal((await stateOf(id)).state, 'SENT')
})

test('mails that end together are noted in one transaction; a slow one holds up none of them', async () => {
  let go = (): void => {}
  const stuck = new Promise<void>((resolve) => (go = resolve))
  const slow = await queue()
  const { mails } = play(async ({ id }) => {
    if (id === slow) await stuck
    return { kind: 'sent' }
  })
  const quick = await Promise.all(Array.from({ length: 8 }, queue))
  const delivered = mails.deliver(runtime.now(), 20)
  const noted = () => db.query<{ xid: string }>(sql`SELECT xid::text AS xid FROM outbox WHERE key = ANY (${quick})`)
  await eventually(async () => (await noted()).length === 8, 'the quick ones are noted')
  assert.equal(new Set((await noted()).map((each) => each.xid)).size, 1)
  assert.equal((await stateOf(slow)).state, 'WAITING')
  go()
  assert.equal(await delivered, 9)
  assert.equal((await stateOf(slow)).state, 'SENT')
})

test('of a great many, no more are taken up at once than a server can be asked to take', async () => {
  await Promise.all(Array.from({ length: 130 }, queue))
  let underWay = 0
  let most = 0
  const { mails } = play(async () => {
    most = Math.max(most, ++underWay)
    await runtime.sleep(5)
    underWay--
    return { kind: 'sent' }
  })
  assert.equal(await mails.deliver(runtime.now(), 120), 120)
  assert.equal(most, 100)
  assert.equal(await mails.deliver(runtime.now(), 120), 10)
})

test('an attempt whose claim ran out ends nothing and tells nothing', async () => {
  let go = (): void => {}
  const slow = play(() => new Promise((resolve) => (go = () => resolve({ kind: 'sent' }))))
  const id = await queue()
  const late = slow.mails.deliver(runtime.now(), 20)
  await eventually(() => slow.sent.length === 1, 'it is under way')
  runtime.advance(120_000)
  let away = true
  const { mails } = play(() => (away ? { kind: 'failed', why: 'ECONNREFUSED' } : { kind: 'sent' }))
  assert.equal(await mails.deliver(runtime.now(), 20), 1)
  go()
  await late
  assert.deepEqual([(await stateOf(id)).state, await tellings(id)], ['WAITING', 0])
  away = false
  runtime.advance(backOff(2))
  await mails.deliver(runtime.now(), 20)
  assert.deepEqual([(await stateOf(id)).state, await tellings(id)], ['SENT', 1])
})

test('a mail the server will never take, or that nobody has any use for now, is given up and destroyed', async () => {
  const { sent, mails } = play(() => ({ kind: 'refused', why: 'EENVELOPE 550' }))
  const refused = await queue()
  await mails.deliver(runtime.now(), 20)
  assert.deepEqual(await stateOf(refused), { state: 'GIVEN_UP', sealed: null, attempts: 1 })
  const late = await queue()
  runtime.advance(WORTH)
  await mails.deliver(runtime.now(), 20)
  assert.equal((await stateOf(late)).state, 'GIVEN_UP')
  assert.equal(sent.length, 1, 'the late one was not even tried')
  assert.equal(await tellings(refused), 0)
})

test('an attempt that died in the middle is taken up again once its claim has run out', async () => {
  const dying = play(() => Promise.reject(new Error('killed')))
  const id = await queue()
  await dying.mails.deliver(runtime.now(), 20)
  const { sent, mails } = play(() => ({ kind: 'sent' }))
  assert.equal(await mails.deliver(runtime.now(), 20), 0)
  runtime.advance(120_000)
  assert.equal(await mails.deliver(runtime.now(), 20), 1)
  assert.deepEqual(
    sent.map((each) => each.id),
    [id],
  )
})
