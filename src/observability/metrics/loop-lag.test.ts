import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '#test/support/eventually.ts'
import { metricsOf } from './metrics.ts'

test('turns of the event loop are measured when they come, under the names dashboards know', async () => {
  const { registry } = metricsOf()
  const valueOf = async (name: string): Promise<number> => {
    const { values } = await registry.getSingleMetric(name)!.get()
    return values[0]!.value
  }
  const said = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('nodejs_eventloop_lag_'))
  await said()
  await pause(1)
  const until = performance.now() + 60
  while (performance.now() < until);
  await pause(1)
  const lines = await said()
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['p50', 'p90', 'p99', 'max'].map((of) => `nodejs_eventloop_lag_${of}_seconds`),
  )
  const max = Number(lines.at(-1)!.split(' ')[1])
  assert.ok(max >= 0.06, `the longest turn is seen: ${max}`)
  const told = async (): Promise<boolean> => {
    await pause(1)
    return (await valueOf('nodejs_eventloop_lag_p50_seconds')) < 0.06
  }
  await eventually(told, 'told once, it is forgotten')
})
