import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingNames } from '#src/settings.ts'
import { sentenceAbout, unknownSettings } from './unknown.ts'

const SERVICES = ['order', 'product', 'cart', 'simulator_toss']
const meant = (name: string, value = 'x'): string | undefined | 'nothing said' => {
  const [found] = unknownSettings({ [name]: value }, settingNames, SERVICES)
  return found ? found.meant : 'nothing said'
}

test('a name that is nearly a setting is named with the one it is meant to be', () => {
  for (const [name, right] of [
    ['ORDER_PAY_MINUTE', 'ORDER_PAY_MINUTES'],
    ['ODER_PAY_MINUTES', 'ORDER_PAY_MINUTES'],
    ['ORDER_PAY_MINTUES', 'ORDER_PAY_MINUTES'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['REDIS_URI', 'REDIS_URL'],
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['TOSS_SECRET', 'TOSS_SECRET_KEY'],
    ['PUBLIC_URLS', 'PUBLIC_URL'],
    ['JANGTEO_SECRT', 'JANGTEO_SECRET'],
    ['JANGTEO_DATA_DIR', 'JANGTEO_DATA'],
    ['JANGTEO_TRUSTPROXY', 'JANGTEO_TRUST_PROXY'],
    ['JANGTEO_CONFIG_ENV', 'JANGTEO_CONFIG_ENVIRONMENT'],
    ['DATABASE_URL_ORDERS', 'DATABASE_URL_ORDER'],
    ['DATABASE_URL_PRODCUT', 'DATABASE_URL_PRODUCT'],
    ['DATABASE_URL_order', 'DATABASE_URL_ORDER'],
    ['JANGTEO_COMPLETELY_OTHER_THING', undefined],
    ['DATABASE_URL_WAREHOUSE', undefined],
  ] as const)
    assert.equal(meant(name), right, name)
})

test('a database of a service that does not exist is grave, other names are not', () => {
  const graves = unknownSettings(
    { DATABASE_URL_ORDERS: 'x', DATABASE_URL_WAREHOUSE: 'x', ORDER_PAY_MINUTE: '5', JANGTEO_SECRT: 'x' },
    settingNames,
    SERVICES,
  ).filter((each) => each.grave)
  assert.deepEqual(
    graves.map((each) => each.name),
    ['DATABASE_URL_ORDERS'],
  )
  assert.match(sentenceAbout(graves[0]!), /^DATABASE_URL_ORDERS is no setting .* is DATABASE_URL_ORDER meant\?$/)
})

test('what is a setting, empty, or of somebody else is not complained of', () => {
  const all = Object.fromEntries(settingNames.map((name) => [name, 'x']))
  assert.deepEqual(
    unknownSettings({ ...all, DATABASE_URL_SIMULATOR_TOSS: 'x', DATABASE_URL_CART: 'x' }, settingNames, SERVICES),
    [],
  )
  for (const name of [
    'PATH',
    'HOME',
    'HOSTNAME',
    'PORTS',
    'HOSTS',
    'POST',
    'LANG',
    'SHELL',
    'LOGNAME',
    'NODE_ENV',
    'NODE_OPTIONS',
    'EDITOR',
    'HTTP_URL',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'SFTP_URL',
    'REDIS_HOST',
    'REDIS_PORT',
    'REDIS_PASSWORD',
    'KAFKA_HOME',
    'KAFKA_HEAP_OPTS',
    'KAFKA_OPTS',
    'OPENSEARCH_HOME',
    'OPENSEARCH_JAVA_OPTS',
    'ORDER_SERVICE_HOST',
    'ORDER_PORT',
    'LOG_FILE',
    'MAIL_TO',
    'MAILCHECK',
    'SMTP_HOST',
    'SMTP_PORT',
    'DATABASE_NAME',
    'DATABASE_HOST',
    'PGSSLMODE',
    'PGHOST',
    'METRICS_PORT',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'ZIPKIN_PORT',
    'npm_config_loglevel',
    'npm_package_version',
    'CI',
    'GITHUB_TOKEN',
    'JANGTEO_ENV',
    'JANGTEO_PAGES',
    'JANGTEO_SAMPLES',
    'JANGTEO_TEST_REDIS',
    'JANGTEO_CRASH_AT',
    'JANGTEO_SERVICE_HOST',
    'JANGTEO_SERVICE_PORT',
    'JANGTEO_PORT',
    'JANGTEO_PORT_3000_TCP_ADDR',
    'JANGTEO_GATEWAY_SERVICE_PORT_HTTP',
  ])
    assert.equal(meant(name), 'nothing said', name)
  for (const name of ['ORDER_PAY_MINUTE', 'DATABASE_URL_ORDERS', 'JANGTEO_SECRT'])
    assert.equal(meant(name, ' '), 'nothing said', name)
})
