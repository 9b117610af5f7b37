import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { startPrometheus } from '#tools/engines/prometheus.ts'
import type { LocalEngine } from '#tools/engines/engine.ts'
import { buyOnce } from '#test/traces/buy.ts'
import { scratchFolder } from '#test/support/engines/engines.ts'
import { eventually } from '#test/support/eventually.ts'
import { allServices, startHosts } from '#test/support/processes/hosts.ts'

const folder = scratchFolder()
const shop = await startHosts({
  hosts: [
    { name: 'back', runs: [...allServices, 'simulators'] },
    { name: 'edge', runs: ['gateway'] },
  ],
})
const addressOf = (host: string): string => new URL(shop.internal(host)).host
let prometheus: LocalEngine | undefined
before(async () => {
  await buyOnce(shop.origin)
  prometheus = await startPrometheus({
    folder,
    progress: () => {},
    watched: ['back', 'edge'].map((host) => ({ host, addresses: [addressOf(host)] })),
    rules: resolve('deploy/observe/alerts.yml'),
  })
})
after(async () => {
  await prometheus?.stop()
  await shop.stop()
})

const ask = async (path: string): Promise<any> => (await (await fetch(`${prometheus!.url}/api/v1/${path}`)).json()).data
const valueOf = async (query: string): Promise<number | undefined> => {
  const { result } = await ask(`query?query=${encodeURIComponent(query)}`)
  return result[0] && Number(result[0].value[1])
}

test('a real Prometheus reads every host, and can make something of what they say', async () => {
  await eventually(async () => (await valueOf('sum(up{job="jangteo"})')) === 2, 'both hosts are up')
  const { activeTargets } = await ask('targets')
  assert.deepEqual(
    activeTargets.map((each: { lastError: string }) => each.lastError),
    ['', ''],
  )
  const there = [
    'jangteo_request_seconds_count{operation="order.place"}',
    'jangteo_call_seconds_count{service="order",operation="place",outcome="ok"}',
    'jangteo_batches_total{service="product"}',
    'jangteo_pool_open{service="order"}',
    'jangteo_events_behind{service="cart"}',
    'jangteo_remote_breaker{service="order"}',
    'jangteo_payments_unknown',
    'jangteo_stock_holds_overdue',
    'jangteo_config_version',
    'jangteo_config_stale',
    'nodejs_eventloop_lag_p99_seconds',
  ]
  for (const series of there)
    await eventually(async () => (await valueOf(`count(${series})`)) !== undefined, `there is ${series}`)
})

test('every panel of the dashboard asks for what Prometheus can answer, and stands in a place of its own', async () => {
  const { panels } = JSON.parse(readFileSync('deploy/observe/grafana/jangteo.json', 'utf8')) as {
    readonly panels: readonly {
      readonly id: number
      readonly title: string
      readonly gridPos: { readonly x: number; readonly y: number }
      readonly targets?: readonly { readonly expr: string }[]
    }[]
  }
  const asked = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
  assert.ok(asked.length > 40)
  for (const { title, expr } of asked) {
    const found = await ask(`query?query=${encodeURIComponent(expr.replaceAll('$__rate_interval', '1m'))}`)
    assert.ok(Array.isArray(found?.result), `${title}: ${expr}`)
  }
  assert.equal(new Set(panels.map((each) => each.id)).size, panels.length)
  assert.equal(new Set(panels.map(({ gridPos: { x, y } }) => `${x} ${y}`)).size, panels.length)
})

test('the alerts are read without a fault', async () => {
  let rules: { health: string; lastError?: string; name: string }[] = []
  await eventually(
    async () => {
      rules = (await ask('rules')).groups.flatMap((each: { rules: object[] }) => each.rules)
      return rules.length > 15 && rules.every((each) => each.health !== 'unknown')
    },
    'every rule was tried',
    60,
  )
  assert.deepEqual(
    rules.filter((each) => each.health !== 'ok'),
    [],
  )
})

test('metrics are named and typed as Prometheus wants them', async () => {
  for (const host of ['back', 'edge']) {
    const text = await (await fetch(`http://${addressOf(host)}/metrics`)).text()
    const ours = text
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?jangteo_/.test(line))
      .join('\n')
    const { stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
      input: `${ours}\n`,
      encoding: 'utf8',
    })
    assert.ifError(error)
    assert.equal(`${stdout}${stderr}`, '')
  }
})
