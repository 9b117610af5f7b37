import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { sealLive } from '#kernel/secrets/live-secret.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import { readSettings } from '#src/settings.ts'
import { givenIn } from '#src/settings/process-settings.ts'
import { liveSettings } from '#src/shop.ts'
import { followLogLevel } from './live-log-level.ts'
import { environmentOf, liveSettingsOf, type Central } from './live-settings.ts'
import { logLevels, makeLog, setLogLevel } from '../process/logging.ts'

const SECRET = 'a secret for tests that nobody needs to guess'
const secrets = secretsFrom(SECRET, systemRuntime())

const linesOf = () => {
  const lines: string[] = []
  const to = new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) })
  return { lines, log: makeLog('warn', to) }
}

const viewOf = (env: Record<string, string> = {}, log = makeLog('silent')) => {
  const settings = readSettings(env)
  return liveSettingsOf(settings, { settings: liveSettings, named: givenIn(settings), secrets: () => secrets, log })
}

let versions = 0
const central = (...values: readonly [place: string, name: string, value: string][]): Central => ({
  id: `id-${++versions}`,
  version: versions,
  values: values.map(([place, name, value]) => ({ place, name, value, sealed: null })),
})

test('a value for the service goes before that for the shop, it before the environment, and it before the default', () => {
  const live = viewOf({ MAIL_PER_SECOND: '30' })
  const email = live.of('email')
  assert.deepEqual([email.MAIL_PER_SECOND, email.ORDER_PAY_MINUTES], [30, 10])
  assert.deepEqual(live.given, ['MAIL_PER_SECOND'])
  live.take(central(['shop', 'MAIL_PER_SECOND', '40'], ['email', 'MAIL_PER_SECOND', '50']))
  assert.equal(email.MAIL_PER_SECOND, 50, 'whoever holds the settings sees the new value')
  assert.equal(live.of('order').MAIL_PER_SECOND, 40)
  live.take(central(['shop', 'MAIL_PER_SECOND', '40']))
  assert.equal(email.MAIL_PER_SECOND, 40)
  live.take(central())
  assert.equal(email.MAIL_PER_SECOND, 30)
  assert.equal(live.version(), versions)
})

test('a host keeps what it was told to keep, and is told when that cannot be kept', () => {
  const live = viewOf({ MAIL_PER_SECOND: '30', JANGTEO_CONFIG_KEEP: 'MAIL_PER_SECOND, LOG_LEVEL' })
  live.take(central(['shop', 'MAIL_PER_SECOND', '40'], ['shop', 'LOG_LEVEL', 'trace'], ['shop', 'TRACE_PERCENT', '7']))
  const { MAIL_PER_SECOND, LOG_LEVEL, TRACE_PERCENT } = live.of('email')
  assert.deepEqual([MAIL_PER_SECOND, LOG_LEVEL, TRACE_PERCENT], [30, 'warn', 7])
  assert.deepEqual(live.pinned, ['MAIL_PER_SECOND', 'LOG_LEVEL'])
  assert.throws(
    () => viewOf({ JANGTEO_CONFIG_KEEP: 'DATABASE_URL' }),
    (error) => error instanceof CannotStart && /DATABASE_URL.*LOG_LEVEL/.test(error.message),
  )
})

test('what this code does not take is left out with a warning that names it and not its value', () => {
  const { lines, log } = linesOf()
  const live = viewOf({ JANGTEO_CONFIG_ENVIRONMENT: 'trial' }, log)
  const at = { environment: 'trial', place: 'payment', name: 'TOSS_SECRET_KEY' }
  const sealed = (key: string, where = at) => sealLive(secrets, where, key).toString('base64')
  const other = sealLive(
    secretsFrom('another secret, which this host was never told of', systemRuntime()),
    at,
    'nobody-may-see',
  )
  const before = live.of('payment').TOSS_SECRET_KEY
  live.take({
    id: 'x',
    version: 3,
    values: [
      { place: 'order', name: 'ORDER_PAY_MINUTES', value: '99999', sealed: null },
      { place: 'shop', name: 'ORDER_PAY_MINUTES', value: '20', sealed: null },
      { place: 'shop', name: 'FROM_THE_FUTURE', value: 'nobody-may-see', sealed: null },
      { place: 'payment', name: 'TOSS_SECRET_KEY', value: null, sealed: other.toString('base64') },
    ],
  })
  assert.equal(live.of('order').ORDER_PAY_MINUTES, 20, 'the next source counts')
  assert.equal(live.of('payment').TOSS_SECRET_KEY, before)
  assert.deepEqual(live.left(), [
    { place: 'order', name: 'ORDER_PAY_MINUTES' },
    { place: 'shop', name: 'FROM_THE_FUTURE' },
    { place: 'payment', name: 'TOSS_SECRET_KEY' },
  ])
  assert.equal(lines.length, 3)
  assert.match(lines[0]!, /ORDER_PAY_MINUTES.*give a whole number from 1 to 1440/)
  assert.match(lines[1]!, /FROM_THE_FUTURE.*does not know it/)
  assert.doesNotMatch(lines.join(''), /nobody-may-see|99999/)

  const give = (value: string) => live.take({ id: 'y', version: 4, values: [{ ...at, value: null, sealed: value }] })
  give(sealed('live_sk_right'))
  assert.equal(live.of('payment').TOSS_SECRET_KEY, 'live_sk_right')
  assert.deepEqual(live.left(), [])
  give(sealed('live_sk_moved', { ...at, environment: 'production' }))
  assert.deepEqual(live.left(), [{ place: 'payment', name: 'TOSS_SECRET_KEY' }], 'sealed for another environment')
})

test('a production host never takes what production refuses, whatever its environment is called', () => {
  const production = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://shop.example.com',
    JANGTEO_SECRET: SECRET,
    TOSS_CLIENT_KEY: 'live_ck_real',
    TOSS_SECRET_KEY: 'live_sk_real',
    SMTP_URL: 'smtps://mailer:password@mail.example.com',
  }
  assert.equal(environmentOf(readSettings(production)), 'production')
  const live = viewOf({ ...production, JANGTEO_CONFIG_ENVIRONMENT: 'development' })
  live.take(central(['shop', 'TOSS_SECRET_KEY', 'test_sk_simulator']))
  assert.equal(live.of('payment').TOSS_SECRET_KEY, 'live_sk_real')
  assert.equal(live.left().length, 1)
})

test('the level of the log follows, by service, and one set by hand stays until the configured one changes', () => {
  const log = makeLog('warn')
  const live = viewOf()
  live.take(central(['email', 'LOG_LEVEL', 'trace']))
  const follow = followLogLevel(live, { log, level: 'warn', services: ['email', 'order'] })
  for (const service of ['email', 'order']) log.child({ service })
  follow()
  assert.deepEqual(logLevels(log), { level: 'warn', services: { email: 'trace', order: 'warn' } })
  live.take(central(['email', 'LOG_LEVEL', 'trace'], ['shop', 'LOG_LEVEL', 'debug']))
  assert.deepEqual(logLevels(log), { level: 'debug', services: { email: 'trace', order: 'debug' } })
  setLogLevel(log, 'error', 'order')
  live.take(central(['email', 'LOG_LEVEL', 'trace'], ['shop', 'LOG_LEVEL', 'debug'], ['shop', 'TRACE_PERCENT', '1']))
  assert.equal(logLevels(log).services['order'], 'error')
  live.take(central())
  assert.deepEqual(logLevels(log), { level: 'warn', services: { email: 'warn', order: 'warn' } })
})
