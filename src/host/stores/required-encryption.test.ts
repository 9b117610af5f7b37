import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { pino } from 'pino'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { smtpMailer } from '#engines/mail/smtp.ts'
import { connect, fromUrl } from '#engines/postgres/connection/connection.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { openRedis } from '#engines/redis/connection.ts'
import { openSearch } from '#engines/search/opensearch.ts'
import { exportersOf } from '#engines/telemetry/exporters.ts'
import { readableSpans } from '#engines/telemetry/readable.ts'
import { readSettings } from '#src/settings.ts'
import { connectKafka } from '../events/connect-kafka.ts'
import { shop } from '#src/shop.ts'

// Encryption was asked for, and who answers has none: nothing of ours may leave but the wish for it.

const runtime = systemRuntime()
const log = pino({ level: 'silent' })

/** A server without TLS that writes down what it is sent, and says what it is told to say to each connection. */
const listener = async (answer: (said: Buffer, socket: Socket) => void = () => {}, greeting = '') => {
  const heard: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket
      .on('error', () => {})
      .on('data', (said: Buffer) => {
        heard.push(said)
        answer(said, socket)
      })
    if (greeting !== '') socket.write(greeting)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    for (const each of sockets) each.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { at: `127.0.0.1:${port}`, heard: () => Buffer.concat(heard), first: () => once(server, 'connection') }
}

/** The first byte of a TLS handshake; whoever hears anything else first heard it in the clear. */
const HANDSHAKE = 0x16
/** Hangs up once it was spoken to: who began a handshake waits for no answer. */
const hangUp = (_: Buffer, socket: Socket): void => void socket.destroy()

test('PostgreSQL: a server that knows no TLS is refused, and hears no name and no password', async () => {
  for (const options of ['sslmode=require', 'sslmode=VERIFY_FULL', 'ssl=true', 'sslmode=no-verify']) {
    const { at, heard } = await listener((_, socket) => void socket.write('N'))
    const { DATABASE_URL } = readSettings({ DATABASE_URL: `postgres://shop:topsecret@${at}/x?${options}` })
    await assert.rejects(connect(fromUrl(DATABASE_URL), 'test'), (error: Error) => {
      assert.ok(error instanceof CannotStart, String(error))
      assert.match(error.message, /offers no TLS, and its address asks for it/)
      return true
    })
    // What asks for TLS, and nothing after it.
    assert.deepEqual(heard(), Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), options)
  }
})

test('PostgreSQL: the embedded one, which has no TLS, is refused too, and PGSSLMODE counts', async () => {
  const { connection } = await freshDatabase()
  const url = `postgres://${connection.user}@127.0.0.1:${connection.port}/${connection.database}`
  const { DATABASE_URL } = readSettings({ DATABASE_URL: url, PGSSLMODE: 'Verify_Full' })
  const { host, port, ...rest } = fromUrl(DATABASE_URL)
  const where = connection.host.startsWith('/') ? { host: connection.host, port: connection.port } : { host, port }
  await assert.rejects(connect({ ...rest, ...where, ssl: true }, 'test'), CannotStart)
  assert.equal(rest.ssl, true)
  assert.equal(fromUrl(readSettings({ DATABASE_URL: url, PGREQUIRESSL: '1' }).DATABASE_URL).ssl, true)
})

for (const protocol of ['rediss', 'REDISS'])
  test(`Redis: ${protocol}:// sends nothing before the handshake`, async () => {
    const { at, heard, first } = await listener(hangUp)
    const { REDIS_URL } = readSettings({ REDIS_URL: `${protocol}://shop:topsecret@${at}` })
    const called = first()
    const redis = openRedis(REDIS_URL, { name: 'test', log })
    await called
    await redis.tried
    await redis.close()
    assert.equal(heard()[0], HANDSHAKE)
    assert.doesNotMatch(heard().toString('latin1'), /topsecret|HELLO|AUTH|CLIENT/)
  })

for (const protocol of ['https', 'HTTPS'])
  test(`OpenSearch: ${protocol}:// sends nothing before the handshake`, async () => {
    const { at, heard } = await listener(hangUp)
    const { OPENSEARCH_URL } = readSettings({ OPENSEARCH_URL: `${protocol}://shop:topsecret@${at}` })
    const store = openSearch(OPENSEARCH_URL, { deadline: 5_000, runtime, log })
    await assert.rejects(store.ping())
    await store.close()
    assert.equal(heard()[0], HANDSHAKE)
    assert.doesNotMatch(heard().toString('latin1'), /HTTP|Authorization/i)
  })

const span = readableSpans({ name: 'host', version: '1' })({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name: 'a span',
  kind: 'internal',
  service: 'order',
  began: 1,
  ms: 1,
  attributes: {},
  links: [],
})

for (const [name, setting] of [
  ['zipkin', 'ZIPKIN_URL'],
  ['otlp', 'OTLP_URL'],
] as const)
  test(`Traces: ${setting} with HTTPS:// sends nothing before the handshake`, async () => {
    const { at, heard } = await listener(hangUp)
    const { ZIPKIN_URL: zipkinUrl, OTLP_URL: otlpUrl } = readSettings({ [setting]: `HTTPS://${at}` })
    const exporter = exportersOf({ zipkinUrl, otlpUrl })[name]!
    const { code } = await new Promise<{ code: number }>((resolve) => exporter.export([span], resolve))
    await exporter.shutdown()
    assert.notEqual(code, 0)
    assert.equal(heard()[0], HANDSHAKE)
    assert.doesNotMatch(heard().toString('latin1'), /HTTP|a span/i)
  })

const mail = {
  id: '0198f2c0-0000-7000-8000-000000000001',
  to: 'buyer@example.com',
  subject: '주문',
  text: '고맙습니다',
  html: '',
  at: 0,
}
/** A mail server that offers no STARTTLS, and takes everything. */
const smtp = () =>
  listener((said, socket) => {
    const plain = /^(EHLO|HELO|MAIL|RCPT|AUTH|STARTTLS|DATA|QUIT)/i.exec(said.toString('latin1'))?.[1]?.toUpperCase()
    socket.write(plain === 'STARTTLS' ? '502 no\r\n' : plain === 'AUTH' ? '235 in\r\n' : '250 AUTH PLAIN\r\n')
  }, '220 here\r\n')

test('Mail: a server without STARTTLS gets no mail and no password where TLS was asked for', async () => {
  const { at, heard } = await smtp()
  const { SMTP_URL } = readSettings({ SMTP_URL: `SMTP://shop:topsecret@${at}?tls=on` })
  const mailer = smtpMailer({ url: SMTP_URL, from: 'shop@example.com', runtime })
  assert.equal((await mailer.send(mail)).kind, 'failed')
  mailer.close()
  assert.doesNotMatch(heard().toString('latin1'), /MAIL|AUTH|topsecret/)
  assert.match(heard().toString('latin1'), /STARTTLS/)
})

test('Mail: smtps sends nothing before the handshake', async () => {
  const { at, heard } = await listener(hangUp)
  const { SMTP_URL } = readSettings({ SMTP_URL: `SMTPS://shop:topsecret@${at}` })
  const mailer = smtpMailer({ url: SMTP_URL, from: 'shop@example.com', runtime })
  assert.equal((await mailer.send(mail)).kind, 'failed')
  mailer.close()
  assert.equal(heard()[0], HANDSHAKE)
})

test('Kafka: KAFKA_TLS=on sends nothing before the handshake', async () => {
  const { at, heard } = await listener(hangUp)
  const settings = readSettings({
    KAFKA_BROKERS: at,
    KAFKA_TLS: 'on',
    KAFKA_SASL: 'plain',
    KAFKA_USERNAME: 'shop',
    KAFKA_PASSWORD: 'topsecret',
    JANGTEO_START_PATIENCE: '0',
  })
  const reached = connectKafka(settings, { shop, runs: { services: shop }, runtime, progress: () => {}, log })
  await assert.rejects(reached, CannotStart)
  assert.equal(heard()[0], HANDSHAKE)
  assert.doesNotMatch(heard().toString('latin1'), /topsecret/)
})

test('what asks for encryption in a way nobody understands is refused with the setting’s name', () => {
  for (const [name, value] of [
    ['DATABASE_URL', 'postgres://shop:topsecret@db/x?sslmode=verify-ful'],
    ['DATABASE_URL', 'postgres://shop:topsecret@db/x?tls=true'],
    ['DATABASE_URL_ORDER', 'postgres://shop:topsecret@db/x?sslmode=on'],
    ['PGSSLMODE', 'verify-ful'],
    ['REDIS_URL', 'redis://:topsecret@cache?tls=true'],
    ['REDIS_URL', 'redis://:topsecret@cache?ssl=1'],
    ['OPENSEARCH_URL', 'http://shop:topsecret@search?ssl=true'],
    ['ZIPKIN_URL', 'http://zipkin?tls=on'],
    ['OTLP_URL', 'http://collector#tls'],
    ['SMTP_URL', 'smtp://shop:topsecret@mail?tls=required'],
    ['SMTP_URL', 'smtp://shop:topsecret@mail?secure=true'],
    ['SMTP_URL', 'smtps://shop:topsecret@mail?tls=off'],
    ['KAFKA_TLS', 'true'],
    ['KAFKA_TLS', 'ON'],
    ['KAFKA_SASL', 'SCRAM'],
  ] as const)
    assert.throws(
      () => readSettings({ DATABASE_URL: 'postgres://db/x', [name]: value }),
      (error: Error) => {
        assert.ok(error instanceof CannotStart)
        assert.equal(error.message.split('\n').length, 2, error.message)
        assert.ok(error.message.includes(`- ${name} is `), error.message)
        assert.doesNotMatch(error.message, /topsecret/)
        return true
      },
      value,
    )
})
