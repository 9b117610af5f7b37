import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { secured } from '#engines/kafka/security.ts'
import { readSettings, showSettings } from '#src/settings.ts'
import { kafkaSecurity } from './kafka-security.ts'

const folder = mkdtempSync(join(tmpdir(), 'jangteo-kafka-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const notPem = join(folder, 'not.pem')
writeFileSync(notPem, 'no certificate')

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://shop.example.com',
  JANGTEO_SECRET: 'k'.repeat(40),
  TOSS_CLIENT_KEY: 'live_ck_real',
  TOSS_SECRET_KEY: 'live_sk_real',
  SMTP_URL: 'smtps://mailer@mail.example.com',
}
const known = { KAFKA_USERNAME: 'shop', KAFKA_PASSWORD: 'hunter2hunter2' }
const security = (env: Record<string, string>) => kafkaSecurity(readSettings(env))

const refused = (env: Record<string, string>, sentence: RegExp) =>
  assert.throws(
    () => security(env),
    (error: Error) => {
      assert.ok(error instanceof CannotStart)
      assert.match(error.message, sentence)
      assert.doesNotMatch(error.message, /hunter2/)
      return true
    },
  )

describe('how Kafka is reached where not everybody may', () => {
  test('in the clear and unnamed unless set', () => {
    assert.deepEqual(security({}), {})
    assert.deepEqual(secured(['kafka:9092'], {}), {})
  })

  test('by TLS, asking for a broker by its name where it has one', () => {
    assert.deepEqual(security({ KAFKA_TLS: 'on' }), { tls: {} })
    assert.equal(secured(['kafka:9092'], { tls: {} }).tlsServerName, true)
    for (const broker of ['10.0.0.1:9092', '[::1]:9092'])
      assert.equal(secured(['kafka:9092', broker], { tls: {} }).tlsServerName, undefined)
  })

  test('by a password that nobody sees who looks at the client or the settings', () => {
    const env = { KAFKA_TLS: 'on', KAFKA_SASL: 'scram-sha-512', ...known }
    const given = security(env)
    assert.deepEqual(given.sasl, { mechanism: 'SCRAM-SHA-512', username: 'shop', password: 'hunter2hunter2' })
    const { sasl } = secured(['kafka:9092'], given)
    assert.equal((sasl!.password as () => string)(), 'hunter2hunter2')
    assert.doesNotMatch(JSON.stringify(sasl), /hunter2/)
    assert.doesNotMatch(JSON.stringify(showSettings(readSettings(env))), /hunter2/)
  })

  test('not with settings that do not go together', () => {
    refused({ KAFKA_USERNAME: 'shop' }, /^KAFKA_USERNAME would not count without a way to sign in: set KAFKA_SASL /)
    refused(known, /^KAFKA_USERNAME and KAFKA_PASSWORD would not count /)
    refused({ KAFKA_SASL: 'plain' }, /^KAFKA_USERNAME and KAFKA_PASSWORD must be set too: KAFKA_SASL is plain\.$/)
    refused({ KAFKA_SASL: 'scram-sha-256', KAFKA_USERNAME: 'shop' }, /^KAFKA_PASSWORD must be set too/)
    refused({ KAFKA_CA: notPem }, /^KAFKA_CA would not count without TLS: set KAFKA_TLS=on, or leave them out\.$/)
    refused({ KAFKA_TLS: 'on', KAFKA_TLS_KEY: notPem }, /^KAFKA_TLS_CERT must be set too/)
    refused({ KAFKA_TLS: 'on', KAFKA_TLS_CERT: notPem }, /^KAFKA_TLS_KEY must be set too/)
    assert.throws(() => readSettings({ KAFKA_SASL: 'gssapi' }), /give one of off, plain, scram-sha-256, scram-sha-512/)
  })

  test('not with files that cannot be read or are something else', () => {
    refused({ KAFKA_TLS: 'on', KAFKA_CA: join(folder, 'nowhere.pem') }, /^KAFKA_CA cannot be read: ENOENT/)
    refused({ KAFKA_TLS: 'on', KAFKA_CA: notPem }, /^KAFKA_CA holds no certificate: give a file in PEM\.$/)
    const both = { KAFKA_TLS: 'on', KAFKA_TLS_KEY: notPem, KAFKA_TLS_CERT: notPem }
    refused(both, /^KAFKA_TLS_KEY and KAFKA_TLS_CERT cannot be used: /)
  })

  test('not with a password in the clear in production; one that never travels may do without TLS', () => {
    refused({ ...production, ...known, KAFKA_SASL: 'plain' }, /^KAFKA_SASL=plain would send the password in the clear/)
    assert.ok(security({ ...production, ...known, KAFKA_SASL: 'plain', KAFKA_TLS: 'on' }).sasl)
    assert.ok(security({ ...production, ...known, KAFKA_SASL: 'scram-sha-256' }).sasl)
    assert.ok(security({ ...known, KAFKA_SASL: 'plain' }).sasl)
  })
})
