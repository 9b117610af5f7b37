import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { pino } from 'pino'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { openKafka } from '#engines/kafka/connect.ts'
import { startKafka } from '#tools/engines/kafka.ts'
import { freePort } from '#tools/engines/ports.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import { startHost } from '#src/host/process/host.ts'
import { kafkaSecurity } from '#src/host/events/kafka-security.ts'
import { connectKafka } from '#src/host/events/connect-kafka.ts'
import { readSettings, showSettings } from '#src/settings.ts'
import { scratchFolder } from '#test/support/engines/engines.ts'
import { eventually } from '#test/support/eventually.ts'
import { authorityIn } from './certificates.ts'
import { alpha, betaOf } from './services.ts'
import { groundOf } from './support.ts'

// A Kafka that lets in only whom it knows: by password over TLS, by certificate, and by password in the clear.

const PASSWORD = 'word/of+the$shop'
const WRONG = 'word-of-nobody'
const runtime = systemRuntime()
const folder = scratchFolder()
const ours = await authorityIn(folder, 'ours')
const others = await authorityIn(folder, 'others')
const [broker, client, stranger] = [await ours.sign('broker'), await ours.sign('shop'), await others.sign('shop')]

const [saslSsl, ssl, saslClear] = [await freePort(runtime), await freePort(runtime), await freePort(runtime)]
const pem = { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': broker.both }
const jaas = (name: string, more = '') =>
  `org.apache.kafka.common.security.${name.toLowerCase()}.${name}LoginModule required${more};`
const signIn = {
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
  'plain.sasl.jaas.config': jaas('Plain', ` user_shop="${PASSWORD}"`),
  'scram-sha-256.sasl.jaas.config': jaas('Scram'),
}
const kafka = await startKafka({
  folder,
  runtime,
  listeners: [
    {
      protocol: 'SASL_SSL',
      port: saslSsl,
      properties: {
        ...pem,
        ...signIn,
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'scram-sha-512.sasl.jaas.config': jaas('Scram'),
      },
    },
    {
      protocol: 'SSL',
      port: ssl,
      properties: {
        ...pem,
        'ssl.client.auth': 'required',
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': ours.ca,
      },
    },
    { protocol: 'SASL_PLAINTEXT', port: saslClear, properties: signIn },
  ],
  scram: ['256', '512'].map((size) => `SCRAM-SHA-${size}=[name=shop,password=${PASSWORD}]`),
})
after(() => kafka.kill())

const scram = { KAFKA_TLS: 'on', KAFKA_CA: ours.ca, KAFKA_SASL: 'scram-sha-512' }
const shop = { KAFKA_USERNAME: 'shop', KAFKA_PASSWORD: PASSWORD }

const lines: string[] = []
const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
const said: string[] = []

/** Everything a person could have read so far. */
const shown = () => [...lines, ...said].join('\n')

const reach = async (port: number, env: Record<string, string>, host = 'localhost') => {
  const settings = readSettings({ KAFKA_BROKERS: `${host}:${port}`, JANGTEO_START_PATIENCE: '20', ...env })
  const given = {
    shop: [alpha],
    runs: { services: [alpha] },
    runtime,
    progress: (line: string) => said.push(line),
    log,
  }
  return (await connectKafka(settings, given))!
}

const reaches = async (port: number, env: Record<string, string>) => {
  const reached = await reach(port, env)
  await reached.answers()
  await reached.close()
}

/** Is refused at once, with this sentence: nothing was waited for. */
const refuses = async (port: number, env: Record<string, string>, sentence: RegExp, host?: string) => {
  said.length = 0
  await assert.rejects(reach(port, env, host), (error: Error) => {
    assert.ok(error instanceof CannotStart, String(error))
    assert.match(error.message, sentence)
    assert.ok(!error.message.includes(WRONG) && !error.message.includes(PASSWORD))
    return true
  })
  assert.deepEqual(said, [])
}

const settings = readSettings({ ...scram, ...shop })
const ground = await groundOf([`localhost:${saslSsl}`], { security: kafkaSecurity(settings), log })

describe('a Kafka that lets in only whom it knows', () => {
  test('carries an event of who signs in', async () => {
    const host = await ground.start([alpha, betaOf()])
    await ground.tell([['k', 1]])
    await eventually(async () => (await ground.seen()).length === 1, 'it arrives', 60)
    assert.deepEqual(await ground.seen(), [['k', 1]])
    await host.stop()
  })

  test('is reached by each way to sign in, by a certificate of ours, and by password alone', async () => {
    for (const way of ['plain', 'scram-sha-256', 'scram-sha-512'])
      await reaches(saslSsl, { ...scram, ...shop, KAFKA_SASL: way })
    await reaches(ssl, { KAFKA_TLS: 'on', KAFKA_CA: ours.ca, KAFKA_TLS_KEY: client.key, KAFKA_TLS_CERT: client.cert })
    await reaches(saslClear, { KAFKA_SASL: 'scram-sha-256', ...shop })
  })

  test('refuses a wrong password and a user it does not know, and the start ends at once with that reason', async () => {
    for (const way of ['plain', 'scram-sha-256', 'scram-sha-512'])
      for (const wrong of [{ KAFKA_PASSWORD: WRONG }, { KAFKA_USERNAME: 'nobody' }])
        await refuses(
          saslSsl,
          { ...scram, ...shop, KAFKA_SASL: way, ...wrong },
          new RegExp(
            `^Kafka at localhost:\\d+ \\(KAFKA_BROKERS\\) does not let KAFKA_USERNAME in with KAFKA_PASSWORD \\(KAFKA_SASL=${way}\\): .*[Aa]uthentication failed.*\\.$`,
          ),
        )
  })

  test('refuses a way to sign in that it does not have', async () => {
    await refuses(
      saslClear,
      { KAFKA_SASL: 'scram-sha-512', ...shop },
      /^Kafka at localhost:\d+ \(KAFKA_BROKERS\) does not take KAFKA_SASL=scram-sha-512: /,
    )
  })

  test('is refused when its certificate is not believed, or is of another name', async () => {
    await refuses(
      saslSsl,
      { ...scram, ...shop, KAFKA_CA: others.ca },
      /\(KAFKA_BROKERS\) shows a certificate that is not believed by KAFKA_CA: .*certificate/,
    )
    await refuses(
      saslSsl,
      { ...scram, ...shop, KAFKA_CA: '' },
      /\(KAFKA_BROKERS\) shows a certificate that is not believed\. Set KAFKA_CA to the file of the authority that signed it: /,
    )
    await refuses(
      saslSsl,
      { ...scram, ...shop },
      /^Kafka at 127\.0\.0\.1:\d+ .* not believed by KAFKA_CA: .*does not match certificate's altnames/,
      '127.0.0.1',
    )
  })

  test('that hangs up without a word is waited for, and given up with what may be wrong', async () => {
    const tls = { KAFKA_TLS: 'on', KAFKA_CA: ours.ca }
    for (const [port, env, what] of [
      [ssl, tls, 'KAFKA_TLS=on, KAFKA_SASL=off'],
      [ssl, { ...tls, KAFKA_TLS_KEY: stranger.key, KAFKA_TLS_CERT: stranger.cert }, 'KAFKA_TLS=on, KAFKA_SASL=off'],
      [saslSsl, { ...shop, KAFKA_SASL: 'scram-sha-512' }, 'KAFKA_TLS=off, KAFKA_SASL=scram-sha-512'],
      [saslSsl, tls, 'KAFKA_TLS=on, KAFKA_SASL=off'],
    ] as const)
      await assert.rejects(
        reach(port, { ...env, JANGTEO_START_PATIENCE: '1' }),
        new RegExp(`^CannotStart: Kafka at .* cannot be reached: .*closed; .*when they want other than ${what} .*1 s`),
      )
    await assert.rejects(
      reach(kafka.port, { KAFKA_TLS: 'on', JANGTEO_START_PATIENCE: '1' }, '127.0.0.1'),
      /^CannotStart: Kafka at .* cannot be reached: .*TLS.*Gave up after 1 s\.$/,
    )
  })

  test('is told no password to anybody but the brokers: not in a log, a line or the list of settings', async () => {
    const wrong = kafkaSecurity(readSettings({ ...scram, ...shop, KAFKA_PASSWORD: WRONG }))
    const more = { partitions: 4, replicas: 1, name: 'test', log }
    const host = await startHost({
      services: [alpha, betaOf()],
      connection: (name) => serviceConnection(ground.admin, name),
      settings: {},
      runtime,
      log,
      kafka: openKafka({ brokers: [`localhost:${saslSsl}`], security: wrong, prefix: ground.prefix, ...more }),
    })
    await ground.tell([['k', 2]])
    const told = (what: RegExp) => lines.some((line) => what.test(line) && /authentication failed/i.test(line))
    await eventually(() => told(/elay/) && told(/notes/), 'relay and consumer tell that they are not let in', 60)
    await host.stop()
    assert.deepEqual(await ground.seen(), [['k', 1]])
    log.info({ client: ground.kafka.client }, 'All a client is opened with')
    assert.ok(lines.at(-1)!.includes('SCRAM-SHA-512'))
    for (const secret of [PASSWORD, WRONG])
      assert.ok(!shown().includes(secret) && !JSON.stringify(showSettings(settings)).includes(secret))
  })
})
