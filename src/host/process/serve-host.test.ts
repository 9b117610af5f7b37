import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { freshDatabase, type TestDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { connect } from '#engines/postgres/connection/connection.ts'
import { hostReportSchema } from '#kernel/reports/host-report.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { liveSettings, shop } from '#src/shop.ts'
import { readSettings } from '#src/settings.ts'
import { closedAtEnd } from '#test/support/at-end.ts'
import { holdingSleeps } from '#test/support/clock.ts'
import { freePorts } from '#test/support/engines/free-ports.ts'
import { sendRaw } from '#test/support/raw-http.ts'
import { shopSettings } from '#test/support/shop-settings.ts'
import { internalTokens } from '../cluster/network.ts'
import { serveHost, type ServedHost, type ServeOptions } from './serve-host.ts'

const services = shop.map((each) => each.contract.name)
let folder: string
let file: string
let port: number
let database: TestDatabase
before(async () => {
  database = await freshDatabase()
  folder = mkdtempSync(join(tmpdir(), 'jangteo-serve-'))
  port = await freePorts(7)
  file = join(folder, 'placement.json')
  const hosts = [
    { name: 'goods', runs: ['product', 'catalog'], port, replicas: 2 },
    { name: 'rest', runs: services.filter((each) => !['product', 'catalog'].includes(each)), port: port + 2 },
    { name: 'outside', runs: ['simulators'], port: port + 3 },
    { name: 'edge', runs: ['gateway'], port: port + 5, edgePort: port + 6 },
  ]
  writeFileSync(file, JSON.stringify({ hosts }))
})
after(() => rmSync(folder, { recursive: true, force: true }))

const running: ServedHost[] = []
const said: string[] = []
const serve = async (given: Partial<ServeOptions>, env: Record<string, string> = {}): Promise<ServedHost> => {
  const settings = readSettings({ ...shopSettings(folder, database.url), JANGTEO_LEAVE_GRACE: '400', ...env })
  const host = await serveHost(settings, {
    shop,
    liveSettings,
    runs: [],
    placement: file,
    host: 'goods',
    replica: undefined,
    port: undefined,
    runtime: systemRuntime(),
    progress: (line) => void said.push(line),
    ...given,
  })
  running.push(host)
  return host
}
after(() => Promise.all(running.map((each) => each.stop())))

const refused = (wanted: RegExp, given: Partial<ServeOptions>, env?: Record<string, string>) =>
  assert.rejects(serve(given, env), (error) => {
    assert.ok(error instanceof CannotStart, String(error))
    assert.match(error.message, wanted)
    return true
  })

const tokenFor = (service: string): string =>
  internalTokens(readSettings(shopSettings(folder, database.url)), systemRuntime()).sign(service, 'status', {
    kind: 'system',
  })

const production = {
  JANGTEO_ENV: 'production',
  JANGTEO_PASSWORD_MEMORY: '',
  PUBLIC_URL: 'https://shop.example.com',
  JANGTEO_SECRET: 'k'.repeat(40),
  TOSS_CLIENT_KEY: 'live_ck_real',
  TOSS_SECRET_KEY: 'live_sk_real',
  SMTP_URL: 'smtps://mail.example.com',
}

describe('a host that cannot be started says why, and what would be right', () => {
  test('a service that is none', () => refused(/^ordr is no service: give some of auth, /, { runs: ['ordr'] }))

  test('nothing to run', () => refused(/^Nothing is no service/, { placement: undefined, host: undefined }))

  test('a service that needs others, without a placement', () =>
    refused(
      /^order, simulators cannot do without .*product.*: run these here too, or say where they are, by a --placement or a registry \(REDIS_URL\)\.$/,
      {
        runs: ['order'],
        placement: undefined,
      },
    ))

  test('a placement that is not there', () =>
    refused(/^The placement \/nowhere\.json cannot be read: ENOENT/, { placement: '/nowhere.json' }))

  test('a host the placement does not have, and none at all', async () => {
    await refused(/has no host good: give one of goods, rest, outside, edge/, { host: 'good' })
    await refused(/^--host is missing: give one of the placement’s, goods, rest, outside, edge\.$/, { host: undefined })
  })

  test('a replica too many', () =>
    refused(/^The host goods has 2 replicas in .*there is no number 3\.$/, { replica: 3 }))

  test('production without a secret of the inside, or with simulators', async () => {
    await refused(/^JANGTEO_INTERNAL_SECRET is missing/, {}, production)
    await refused(/^Simulators are for development/, { host: 'outside' }, production)
  })

  test('certificates of the inside that are not all there, or cannot be used', async () => {
    const secret = { ...production, JANGTEO_INTERNAL_SECRET: 'i'.repeat(32) }
    const key = { JANGTEO_INTERNAL_TLS_KEY: '/nowhere.pem' }
    const wanted = /^JANGTEO_INTERNAL_TLS_CERT and JANGTEO_INTERNAL_TLS_CA must be set too: three files, or none\.$/
    await refused(wanted, {}, { ...secret, ...key })
    const all = { ...key, JANGTEO_INTERNAL_TLS_CERT: file, JANGTEO_INTERNAL_TLS_CA: file }
    await refused(/^JANGTEO_INTERNAL_TLS_KEY cannot be read: ENOENT/, {}, { ...secret, ...all })
    await refused(/^The simulators are reached without TLS/, {}, { ...all, JANGTEO_INTERNAL_TLS_KEY: file })
  })

  test('a database that cannot be reached is waited for, with a reason, and then given up', async () => {
    said.length = 0
    await refused(
      /^The database at 127\.0\.0\.1:1 \(DATABASE_URL\) cannot be reached: .*ECONNREFUSED.*\. Gave up after 1 s\.$/,
      {},
      { DATABASE_URL: 'postgres://postgres@127.0.0.1:1/shop', JANGTEO_START_PATIENCE: '1' },
    )
    assert.match(said.join('\n'), /^Waiting for the database at 127\.0\.0\.1:1 \(DATABASE_URL\) \(.*ECONNREFUSED.*\)$/)
  })

  test('an embedded database that nobody runs', () =>
    refused(
      /^The database in .* cannot be reached: no process runs it: npm start/,
      {},
      {
        DATABASE_URL: '',
        JANGTEO_DATA: join(folder, 'none'),
        JANGTEO_START_PATIENCE: '0',
      },
    ))

  test('a registry that is not there, and no placement to do without it', async () => {
    said.length = 0
    await refused(
      /^The registry of hosts in Redis \(REDIS_URL\) cannot be reached: .*ECONNREFUSED.*Gave up after 1 s\.$/,
      { runs: ['email'], placement: undefined, host: undefined },
      { REDIS_URL: 'redis://127.0.0.1:1', JANGTEO_START_PATIENCE: '1' },
    )
    assert.match(said.join('\n'), /^Waiting for the registry of hosts in Redis \(REDIS_URL\) \(/m)
  })

  test('a port that is taken', async () => {
    const other = closedAtEnd(createServer()).listen(port + 5, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    await refused(new RegExp(`^Port ${port + 5} is taken\\. Stop what listens there, or set --port`), { host: 'edge' })
    other.close()
  })

  test('a schema from which a later version took something away', async () => {
    const newer = await freshDatabase()
    const first = await serve({}, { DATABASE_URL: newer.url, JANGTEO_LEAVE_GRACE: '0' })
    await first.stop()
    const client = await connect(newer.connection, 'test')
    await client.query(`INSERT INTO jt_catalog.migration (name, contracts) VALUES ('0999_tomorrow.sql', true)`)
    await client.end()
    await refused(
      /^The schema of catalog is newer than this version of Jangteo can work with \(0999_tomorrow\.sql took something away\)/,
      {},
      {
        DATABASE_URL: newer.url,
      },
    )
  })
})

describe('a host', () => {
  const GRACE = 12_345
  const grace = holdingSleeps(systemRuntime(), GRACE)
  let host: ServedHost
  const ask = (path: string, method = 'GET', headers: string[] = []) =>
    sendRaw(host.internal!, [`${method} ${path} HTTP/1.1`, 'host: a', 'content-length: 0', ...headers])
  before(async () => {
    host = await serve({ replica: 1, runtime: grace.runtime }, { JANGTEO_LEAVE_GRACE: String(GRACE) })
  })

  test('tells its health and its metrics to whoever asks, and nothing else', async () => {
    const [ready, text] = await ask('/health/ready')
    assert.equal(ready, 200)
    assert.deepEqual(
      JSON.parse(text).dependencies.map((each: { name: string }) => each.name),
      ['database of product', 'database of catalog', 'clock'],
    )
    assert.equal((await ask('/health/live'))[0], 200)
    assert.match((await ask('/metrics'))[1], /jangteo_pool_open\{service="product"\}/)
    for (const path of [
      '/',
      '/internal',
      '/internal/product',
      '/api/catalog/products',
      '/simulators/mailbox',
      '/health',
    ])
      assert.equal((await ask(path))[0], 404, path)
    for (const path of ['/internal/product/get', '/internal/nothing/get', '/internal/product/%67et'])
      assert.equal((await ask(path, 'POST'))[0], 401, path)
    for (const path of ['/health/../internal/product/get', '/internal/product/get/..', '//internal/product/get'])
      assert.ok([401, 404].includes((await ask(path, 'POST'))[0]), path)
    const two = ['x-caller-token: a', 'x-caller-token: b']
    assert.equal((await ask('/internal/product/get', 'POST', two))[0], 401)
  })

  test('tells other hosts of itself, and nobody without a token of the shop', async () => {
    for (const path of ['/internal/host/report', '/internal/host/setLogLevel', '/internal/host/redrive'])
      for (const headers of [[], ['x-caller-token: forged'], [`x-caller-token: ${tokenFor('product')}`]])
        assert.deepEqual(await ask(path, 'POST', headers), [401, ''], path)
    const [status, text] = await sendRaw(
      host.internal!,
      [
        'POST /internal/host/report HTTP/1.1',
        'host: a',
        'content-type: application/json',
        'content-length: 2',
        `x-caller-token: ${tokenFor('host')}`,
        'x-deadline-ms: 2000',
      ],
      '{}',
    )
    assert.equal(status, 200, text)
    const report = hostReportSchema.parse(JSON.parse(text))
    assert.equal(report.name, 'goods-1')
    assert.deepEqual(report.runs, ['product', 'catalog'])
    assert.deepEqual(
      report.checks.map(({ name, status: is, why }) => ({ name, is, why })),
      ['database of product', 'database of catalog', 'clock'].map((name) => ({ name, is: 'up', why: null })),
    )
    assert.deepEqual(report.unread, [])
    assert.ok(report.lags.some((each) => each.service === 'catalog' && each.source === 'product'))
    assert.ok(report.process.rss > 10_000_000 && report.process.cpu > 0)
  })

  test('whose Redis is away starts all the same, says so and is ready', async () => {
    const without = await serve({ replica: 2 }, { REDIS_URL: 'redis://127.0.0.1:1', JANGTEO_LEAVE_GRACE: '0' })
    const [status, text] = await sendRaw(without.internal!, ['GET /health/ready HTTP/1.1', 'host: a'])
    assert.equal(status, 200, text)
    const redis = JSON.parse(text).dependencies.find((each: { name: string }) => each.name === 'redis')
    assert.equal(redis.status, 'down')
    assert.equal(redis.needed, false)
    // Java's client offers h2c with every request: the port for other hosts passes over it as the edge does.
    const h2c = ['connection: Upgrade, HTTP2-Settings', 'upgrade: h2c', 'http2-settings: AAEAAEAAAAIAAAAB']
    assert.equal((await sendRaw(without.internal!, ['GET /health/live HTTP/1.1', 'host: a', ...h2c]))[0], 200)
    await without.stop()
  })

  test('shows its metrics only for the token, where there is one; at its edge it shows none', async () => {
    const token = 'a token to read by'
    const edge = await serve({ host: 'edge' }, { METRICS_TOKEN: token, JANGTEO_LEAVE_GRACE: '0' })
    const read = async (at: string, headers: string[] = []) =>
      (await sendRaw(at, ['GET /metrics HTTP/1.1', 'host: a', ...headers]))[0]
    assert.equal(await read(edge.internal!), 401)
    assert.equal(await read(edge.internal!, [`authorization: Bearer ${token}x`]), 401)
    assert.equal(await read(edge.internal!, [`authorization: Bearer ${token}`]), 200)
    assert.equal(await read(edge.edge!.replace('localhost', '127.0.0.1'), [`authorization: Bearer ${token}`]), 404)
    await edge.stop()
  })

  test('of one name there is one: a second on the same port is told so', () =>
    refused(new RegExp(`^Port ${port} is taken`), { replica: 1 }))

  test('that is to end is not ready, stays for callers that have not heard of it, and is gone', async () => {
    const stopping = host.stop()
    const [status, text] = await ask('/health/ready')
    assert.equal(status, 503)
    assert.equal(JSON.parse(text).status, 'closing')
    assert.equal((await ask('/health/live'))[0], 200)
    grace.wake()
    await stopping
    assert.equal((await ask('/health/live'))[0], 0)
  })
})
