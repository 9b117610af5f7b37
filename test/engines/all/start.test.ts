import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freePort } from '#tools/engines/ports.ts'
import { ask } from '#tools/engines/probes.ts'
import { startPrometheus } from '#tools/engines/prometheus.ts'
import { startToxiproxy } from '#tools/engines/toxiproxy.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { eventually } from '#test/support/eventually.ts'
import { engineAddress, scratchFolder } from '#test/support/engines/engines.ts'

const folders = [scratchFolder(), scratchFolder()] as const
const stops: (() => Promise<void>)[] = []
after(() => Promise.all(stops.map((stop) => stop())))

test('Prometheus looks at what it is told to', async () => {
  const { host } = new URL(engineAddress('zipkin'))
  const prometheus = await startPrometheus({ folder: folders[0], watched: [{ host: 'zipkin', addresses: [host] }] })
  stops.push(prometheus.stop)
  await eventually(async () => {
    const answer = await fetch(`${prometheus.url}/api/v1/targets`)
    const { data } = (await answer.json()) as { data: { activeTargets: { labels: { host: string } }[] } }
    return data.activeTargets.some((each) => each.labels.host === 'zipkin')
  }, 'it knows its target')
})

test('toxiproxy stands between a client and Redis, and can cut it off', async () => {
  const toxiproxy = await startToxiproxy({ folder: folders[1] })
  stops.push(toxiproxy.stop)
  const port = await freePort(systemRuntime())
  const proxy = { name: 'redis', listen: `127.0.0.1:${port}`, upstream: new URL(engineAddress('redis')).host }
  const tell = (path: string, body: object) =>
    fetch(`${toxiproxy.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  assert.equal((await tell('/proxies', { ...proxy, enabled: true })).status, 201)
  assert.equal((await ask(port, 'PING\r\n')).toString(), '+PONG\r\n')
  assert.equal((await tell('/proxies/redis', { enabled: false })).status, 200)
  await assert.rejects(ask(port, 'PING\r\n'), { code: 'ECONNREFUSED' })
})
