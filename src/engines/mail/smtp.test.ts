import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { systemRuntime } from '#kernel/runtime.ts'
import { atEnd } from '#test/support/at-end.ts'
import { smtpMailer } from './smtp.ts'

const runtime = systemRuntime()
const from = '장터 <no-reply@jangteo.local>'
const mail = {
  id: '0198f2c0-0000-7000-8000-000000000001',
  to: 'buyer@example.com',
  subject: '주문 완료\r\nBcc: thief@example.com',
  text: '고맙습니다',
  html: '<p>고맙습니다</p>',
  at: Date.UTC(2026, 0, 2),
}

const received: { recipients: string[]; raw: string }[] = []
let answer: Error | undefined
const server = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  closeTimeout: 100,
  onRcptTo: (address, _, done) =>
    done(address.address.startsWith('nobody') ? Object.assign(new Error('no such'), { responseCode: 550 }) : null),
  onData: (stream, session, done) => {
    void text(stream).then((raw) => {
      if (!answer) received.push({ recipients: session.envelope.rcptTo.map((each) => each.address), raw })
      done(answer ?? null)
    })
  },
})
/** Opens it on a free port, until after the last test. */
const listening = async (server: SMTPServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(() => new Promise<void>((resolve) => server.close(resolve)))
  return (server.server.address() as AddressInfo).port
}
const mailerTo = (url: string) => {
  const made = smtpMailer({ url, from, runtime })
  atEnd(made.close)
  return made
}
const mailer = mailerTo(`smtp://127.0.0.1:${await listening(server)}`)

test('a mail goes out under its id, and a line break in a subject adds no header', async () => {
  assert.deepEqual(await mailer.send(mail), { kind: 'sent' })
  const { recipients, raw } = received[0]!
  assert.deepEqual(recipients, ['buyer@example.com'])
  assert.match(raw, /^Message-ID: <0198f2c0-0000-7000-8000-000000000001@jangteo>/im)
  assert.match(raw, /^Date: Fri, 02 Jan 2026 00:00:00/im)
  assert.match(raw, /^Auto-Submitted: auto-generated/im)
  assert.doesNotMatch(raw, /^Bcc:/im)
})

test('an address nobody has is refused for good; a server in trouble is not', async () => {
  const refused = await mailer.send({ ...mail, to: 'nobody@example.com' })
  assert.equal(refused.kind, 'refused')
  answer = Object.assign(new Error('try later'), { responseCode: 451 })
  const failed = await mailer.send(mail)
  assert.equal(failed.kind, 'failed')
  answer = undefined
  for (const each of [refused, failed]) assert.doesNotMatch(JSON.stringify(each), /nobody|buyer/)
})

test('a server that is not there is a failure that passes', async () => {
  assert.equal((await mailerTo('smtp://127.0.0.1:1').send(mail)).kind, 'failed')
})

test('who is asked to sign in does; a sign-in that fails is our fault and passes', async () => {
  const guarded = new SMTPServer({
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _, done) =>
      username === 'shop@example.com' && password === 'p@ss word'
        ? done(null, { user: username })
        : done(Object.assign(new Error('wrong'), { responseCode: 535 })),
    onData: (stream, _, done) => void text(stream).then(() => done()),
  })
  const port = await listening(guarded)
  const signedIn = (password: string) =>
    mailerTo(`smtp://shop%40example.com:${encodeURIComponent(password)}@127.0.0.1:${port}`)
  assert.deepEqual(await signedIn('p@ss word').send(mail), { kind: 'sent' })
  const failed = await signedIn('guess').send(mail)
  assert.equal(failed.kind, 'failed')
  assert.doesNotMatch(JSON.stringify(failed), /guess|shop/)
})
