import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { smtpMailer } from '#engines/mail/smtp.ts'
import { sql } from '#engines/postgres/sql.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { startTestMailbox } from '#test/support/shopping/mailbox.ts'

const runtime = systemRuntime()
const mailbox = await startTestMailbox()
const mailer = smtpMailer({ url: mailbox.smtpUrl, from: '장터 <no-reply@jangteo.local>', runtime })
const app = fastify()
await app.register(mailbox.plugin)

interface Shown {
  id: string
  to: string
  subject: string
  text: string
  html: string | null
  at: string
}
const listed = async (query: string): Promise<Shown[]> =>
  (await app.inject(`/simulators/mailbox/messages${query}`)).json<{ items: Shown[] }>().items

test('mails sent by SMTP are listed newest first, whole, for the recipient asked for', async () => {
  const send = (to: string, subject: string, html?: string) =>
    mailer.send({ id: runtime.id(), to, subject, text: '안녕하세요\n두 번째 줄', html, at: runtime.now() })
  assert.deepEqual(await send('a@example.com', '첫 번째'), { kind: 'sent' })
  await send('b@example.com', '남의 것')
  await send('a@example.com', '두 번째 <b>', '<p>꾸민 <i>글</i></p>')
  mailer.close()

  const mine = await listed('?to=A@example.com')
  assert.deepEqual(
    mine.map((each) => each.subject),
    ['두 번째 <b>', '첫 번째'],
  )
  assert.equal(mine[1]!.text.trim(), '안녕하세요\n두 번째 줄')
  assert.equal(mine[0]!.html!.trim(), '<p>꾸민 <i>글</i></p>')
  assert.match(mine[0]!.at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.equal((await listed('')).length, 3)
  assert.deepEqual(await listed('?to=nobody@example.com'), [])
})

test('the page shows mails as text and lets nothing in them run', async () => {
  const page = await app.inject('/simulators/mailbox?to=a@example.com')
  assert.match(page.headers['content-type'] as string, /text\/html/)
  assert.match(page.headers['content-security-policy'] as string, /default-src 'none'/)
  assert.match(page.body, /두 번째 &lt;b&gt;/)
  assert.doesNotMatch(page.body, /남의 것/)
  assert.match((await app.inject('/simulators/mailbox?to=nobody@example.com')).body, /아직 받은 메일이 없습니다/)
  assert.doesNotMatch((await app.inject('/simulators/mailbox?to="><script>')).body, /<script>/)

  const [newest] = await listed('?to=a@example.com')
  const dressed = await app.inject(`/simulators/mailbox/messages/${newest!.id}/html`)
  assert.match(dressed.body, /<i>글<\/i>/)
  assert.match(dressed.headers['content-security-policy'] as string, /default-src 'none'/)
  assert.equal(
    (await app.inject('/simulators/mailbox/messages/------------------------------------/html')).statusCode,
    404,
  )
})

test('a mail from before mails were kept as they came is shown as it was read then', async () => {
  await mailbox.db.query(sql`
    INSERT INTO message (id, sender, recipient, subject, text, at)
    VALUES (${runtime.id()}, '장터 <a@b.kr>', 'old@example.com', '오래된 것', '안녕히', ${new Date(0)})`)
  const [old] = await listed('?to=old@example.com')
  assert.deepEqual([old!.subject, old!.text, old!.html], ['오래된 것', '안녕히', null])
})

test('whatever is asked of the mailbox, it never breaks', async () => {
  for (const query of ['?to=%00', '?to=a&to=b', '?to=', `?to=${'x'.repeat(5_000)}`, "?to=';DROP TABLE message;--"])
    assert.equal((await app.inject(`/simulators/mailbox/messages${query}`)).statusCode, 200, query)
})
