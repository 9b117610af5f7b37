import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { z } from 'zod'
import { contract, event } from '#kernel/contract.ts'
import { consumer, onMany, service } from '#kernel/service.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { openKafka } from '#engines/kafka/connect.ts'
import { startKafka } from '#tools/engines/kafka.ts'
import { startThrowaway } from '#engines/postgres/embedded/throwaway.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/schema/provision.ts'
import { startHost } from '#src/host/process/host.ts'
import { add, effectsTaken, forgetTotals, holdRelay, letRelayGo, makeTotals, wrongTotals } from './events-store.ts'

// How fast events go from a commit to their effects, and what that costs: one source, several consumers, each with an
// effect of one statement a run: `node bench/events.ts [events] [consumers] [events a transaction] [--through kafka [--stored]]`.
// Through Kafka a broker is started for it, or the one KAFKA_BROKERS names is used; with `--stored` all lie in the outbox
// before the relay may begin: what is measured is the way from there to the effects alone.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { through: { type: 'string', default: 'postgres' }, stored: { type: 'boolean', default: false } },
})
if (!['postgres', 'kafka'].includes(values.through)) throw new Error('--through takes postgres or kafka')
const [EVENTS = 40_000, CONSUMERS = 6, PER_TX = 20] = positionals.map(Number)
const runtime = systemRuntime()
const log = pino({ level: 'warn' })
const payload = z.object({ orderId: z.string(), memberId: z.string(), amount: z.int(), text: z.string() })
const placed = event('source.placed', { version: 1, key: 'orderId', payload, summary: '' })
const sourceService = service(contract('source', {}), { emits: [placed] }, () => ({ operations: {} }))

const delays: number[] = []
const sinkService = service(contract('sink', {}), {}, ({ db }) => ({
  operations: {},
  start: async () => void (await db.query(makeTotals())),
  consumers: Array.from({ length: CONSUMERS }, (_, n) =>
    consumer(`c${n}`, [
      onMany(placed, async (events, tx) => {
        const now = runtime.now()
        for (const each of events) delays.push(now - each.at)
        await tx.query(add(`c${n}`, events.length))
      }),
    ]),
  ),
}))

const server = await startThrowaway(runtime)
const admin = server.connection
await provision(admin, ['source', 'sink'])
for (const each of ['source', 'sink']) await migrate(serviceConnection(admin, each), each, undefined)
const folder = mkdtempSync(join(tmpdir(), 'jangteo-bench-kafka-'))
const given = process.env['KAFKA_BROKERS']
const broker =
  values.through === 'kafka' && !given ? await startKafka({ folder, runtime, progress: console.log }) : undefined
const kafka =
  values.through === 'kafka'
    ? openKafka({
        brokers: given ? given.split(',') : [broker!.url],
        prefix: `bench-${runtime.now()}.`,
        partitions: 6,
        replicas: 1,
        name: 'bench',
        log,
      })
    : undefined
await kafka?.prepare([{ source: 'source', retained: false }])
const host = await startHost({
  ...(kafka && { kafka }),
  services: [sourceService, sinkService],
  connection: (name) => serviceConnection(admin, name),
  settings: {},
  runtime,
  log,
})
const [source, sink] = host.services.map((each) => each.db)
if (kafka) {
  // Joining a group takes a second or two once in a consumer's life: it is not what is measured.
  await source!.tx('source.place', (tx) => tx.emit(placed, { orderId: '', memberId: '', amount: 0, text: '' }))
  while ((await effectsTaken(sink!)) < CONSUMERS) await runtime.sleep(5)
  await sink!.query(forgetTotals())
  delays.length = 0
}
if (values.stored) {
  await source!.query(holdRelay())
  // Until a relay notices.
  await runtime.sleep(2_000)
}
let began = performance.now()
let cpu = process.cpuUsage()
let sent = 0
await Promise.all(
  Array.from({ length: 2 }, async () => {
    while (sent < EVENTS) {
      sent += PER_TX
      const payloads = Array.from({ length: PER_TX }, () => ({
        orderId: runtime.id(),
        memberId: runtime.id(),
        amount: 12_900,
        text: '장터 상품을 주문했습니다',
      }))
      await source!.tx('source.place', (tx) => tx.emitAll(placed, payloads))
    }
  }),
)
const stored = performance.now() - began
if (values.stored) {
  began = performance.now()
  cpu = process.cpuUsage()
  await source!.query(letRelayGo())
}
while ((await effectsTaken(sink!)) < sent * CONSUMERS) await runtime.sleep(5)
const all = performance.now() - began
const { user, system } = process.cpuUsage(cpu)
const effects = sent * CONSUMERS
delays.sort((a, b) => a - b)
const at = (share: number) => delays[Math.floor(delays.length * share)]
console.log(`${sent} events stored in ${stored.toFixed(0)} ms (${Math.round((sent / stored) * 1_000)}/s)`)
console.log(
  `${effects} effects (${CONSUMERS} consumers) after ${all.toFixed(0)} ms (${Math.round((effects / all) * 1_000)}/s)`,
)
console.log(
  `Node: ${((user + system) / effects).toFixed(1)} µs CPU an effect; delay p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
)
if ((await wrongTotals(sink!, sent)).length > 0) throw new Error('Events were lost or doubled')
await host.stop()
await broker?.stop()
rmSync(folder, { recursive: true })
await server.stop()
