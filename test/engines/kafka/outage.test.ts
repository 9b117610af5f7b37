import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { systemRuntime } from '#kernel/runtime.ts'
import { startKafka } from '#tools/engines/kafka.ts'
import { freePort } from '#tools/engines/ports.ts'
import { registerServiceMetrics } from '#src/observability/metrics/service-metrics.ts'
import { connectKafka } from '#src/host/events/connect-kafka.ts'
import { readSettings } from '#src/settings.ts'
import { scratchFolder } from '#test/support/engines/engines.ts'
import { eventually } from '#test/support/eventually.ts'
import { alpha, betaOf } from './services.ts'
import { groundOf } from './support.ts'

// A Kafka of its own, which comes late, goes, and comes back.

const runtime = systemRuntime()
const folder = scratchFolder()
const port = await freePort(runtime)
const said: string[] = []
const starting = startKafka({ folder, port, runtime })
const reached = await connectKafka(
  readSettings({ KAFKA_BROKERS: `127.0.0.1:${port}`, KAFKA_PREFIX: 'outage.', JANGTEO_START_PATIENCE: '120' }),
  {
    shop: [alpha],
    runs: { services: [alpha] },
    runtime,
    progress: (line) => said.push(line),
    log: pino({ level: 'silent' }),
  },
)
let broker = await starting
after(() => broker.kill())
const ground = await groundOf([broker.url])

test('a start waits for a Kafka that comes late, and says so', () => {
  assert.ok(reached)
  assert.equal(said.length, 1)
  assert.match(said[0]!, /^Waiting for Kafka at /)
})

test('while Kafka is away events wait in the outbox, as the metrics tell, and arrive when it is back', async () => {
  const host = await ground.start([alpha, betaOf()])
  const registry = new Registry()
  registerServiceMetrics(
    registry,
    host.services.map(({ definition, endpoint, db, built }) => ({
      service: definition.contract.name,
      endpoint,
      db,
      consumers: built.consumers,
      emitsEvents: definition.emits.length > 0,
    })),
    { logOf: host.logOf, kafka: { topicOf: ground.kafka.topicOf, lags: host.kafkaLags } },
  )
  const told = async (line: string) => (await registry.metrics()).split('\n').includes(line)
  await ground.tell([['k', 1]])
  await eventually(async () => (await ground.seen()).length === 1, 'the first arrives', 60)
  await eventually(() => told('jangteo_events_unpublished{service="alpha"} 0'), 'all is published', 60)
  await eventually(
    () => told('jangteo_kafka_behind{service="beta",consumer="notes",source="alpha"} 0'),
    'all is taken in',
    60,
  )

  await reached!.answers()
  await broker.kill()
  await assert.rejects(reached!.answers())
  for (let n = 2; n <= 20; n++) await ground.tell([['k', n]])
  await eventually(() => told('jangteo_events_unpublished{service="alpha"} 19'), 'they wait', 60)
  assert.ok(await told('jangteo_events_behind{service="beta",consumer="notes",source="alpha"} 19'))
  assert.equal((await ground.seen()).length, 1)

  broker = await startKafka({ folder, port, runtime })
  await eventually(async () => (await ground.seen()).length >= 20, 'they arrive', 90)
  assert.deepEqual(
    (await ground.seen()).map((each) => each[1]),
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
  await eventually(() => told('jangteo_events_behind{service="beta",consumer="notes",source="alpha"} 0'), 'noted', 60)
  await reached!.answers()
  await reached!.close()
  await host.stop()
})
