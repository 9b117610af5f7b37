import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { z } from 'zod'
import { contract, event } from '#kernel/contract.ts'
import { batched, consumer, on, service } from '#kernel/service.ts'
import type { LogOf } from '#engines/postgres/events/log.ts'
import type { Host } from '#src/host/process/host.ts'
import { eventually } from '#test/support/eventually.ts'
import { startTestHost } from '#test/support/host.ts'
import { registerServiceMetrics } from './service-metrics.ts'

const said = event('speaker.said', {
  version: 1,
  key: 'to',
  summary: 'Something was said.',
  payload: z.object({ to: z.string() }),
})
const sighed = event('speaker.sighed', {
  version: 1,
  key: 'to',
  summary: 'Nobody wants to hear it.',
  payload: z.object({ to: z.string() }),
})
const speaker = contract('speaker', {
  say: {
    summary: 'Says.',
    method: 'POST',
    access: 'service',
    input: z.object({ to: z.string() }),
    output: z.object({}),
  },
})
const speakerService = service(speaker, { emits: [said, sighed] }, ({ db }) => ({
  operations: {
    say: batched(async (inputs) => {
      await db.tx('speaker.say', async (tx) => {
        await tx.emitAll(said, inputs)
        await tx.emitAll(sighed, inputs)
      })
      return inputs.map(() => ({}))
    }),
  },
}))
const listenerService = service(contract('listener', {}), { consumes: { deaf: [said] } }, () => ({
  operations: {},
  consumers: [
    consumer('deaf', [
      on(said, async ({ payload }) => {
        if (payload.to === 'nobody') throw new Error('cannot hear')
      }),
    ]),
  ],
}))

const scrape = (services: Parameters<typeof registerServiceMetrics>[1], { logOf }: { readonly logOf: LogOf }) => {
  const registry = new Registry()
  registerServiceMetrics(registry, services, { logOf })
  return () => registry.metrics()
}
const watched = ({ services }: Pick<Host, 'services'>) =>
  services.map(({ definition, endpoint, db, built }) => ({
    service: definition.contract.name,
    endpoint,
    db,
    consumers: built.consumers,
  }))

test('batches, connections, lag and events set aside are told when asked for', async () => {
  const shop = await startTestHost([speakerService, listenerService])
  const metrics = scrape(watched(shop.host), shop.host)
  await shop.inside(speaker).say({ to: 'nobody' })
  await eventually(async () => (await metrics()).includes('consumer="deaf",state="RETRYING"} 1'), 'it is set aside')
  const text = await metrics()
  assert.match(text, /jangteo_batches_total\{service="speaker",operation="say"\} 1/)
  assert.match(text, /jangteo_batch_inputs_total\{service="speaker",operation="say"\} 1/)
  assert.match(text, /jangteo_pool_open\{service="speaker"\} [1-9]/)
  assert.match(text, /jangteo_events_behind\{service="listener",consumer="deaf",source="speaker"\} 0/)
})

test('a consumer that does not run is behind by what it wants of what was told', async () => {
  const shop = await startTestHost([speakerService, listenerService], { background: false })
  const [first, second] = watched(shop.host)
  await shop.db('listener').query({
    text: "INSERT INTO cursor (consumer, source) VALUES ('deaf', 'speaker'), ('gone', 'speaker')",
    values: [],
  })
  for (const to of ['a', 'b', 'c']) await shop.inside(speaker).say({ to })
  assert.match(
    await scrape([first!, second!], shop.host)(),
    /jangteo_events_behind\{service="listener",consumer="deaf",source="speaker"\} 3/,
  )
  assert.match(
    await scrape([second!], shop.host)(),
    /jangteo_events_behind\{service="listener",consumer="deaf",source="speaker"\} 3/,
    'also where the source runs in another process',
  )
  assert.doesNotMatch(await scrape([second!], shop.host)(), /consumer="gone"/, 'one that is no more is behind nothing')
})
