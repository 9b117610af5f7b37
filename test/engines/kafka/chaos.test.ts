import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { systemRuntime } from '#kernel/runtime.ts'
import { openKafka } from '#engines/kafka/connect.ts'
import { startKafka } from '#tools/engines/kafka.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { openDatabase } from '#engines/postgres/database.ts'
import { listSetAside } from '#engines/postgres/events/log-store.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/schema/provision.ts'
import { sql } from '#engines/postgres/sql.ts'
import { eventually } from '#test/support/eventually.ts'
import { happened } from './services.ts'
import type { WorkerTask } from './worker.ts'

// 100,000 events while the relays, the consumers and the broker are killed: nothing lost, one effect each, in order.
// The same seed kills the same ones in the same order: JANGTEO_SEED=… npm run test:engines -- test/engines/kafka/chaos.test.ts

const EVENTS = Number(process.env['JANGTEO_CHAOS_EVENTS'] ?? 100_000)
const KEYS = 250
const AT_ONCE = 250
/** Milliseconds the events take to be told, and to kill in. */
const LASTS = 60_000

const seed = Number(process.env['JANGTEO_SEED'] ?? Date.now() % 1_000_000)
/** mulberry32: small, and the same everywhere. */
const chanceOf = (start: number) => {
  let state = start
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const runtime = systemRuntime()
const log = pino({ level: 'silent' })
const folder = mkdtempSync(join(tmpdir(), 'jangteo-chaos-'))
const { connection: admin } = await freshDatabase(runtime)
await provision(admin, ['alpha', 'beta'])
for (const name of ['alpha', 'beta']) await migrate(serviceConnection(admin, name), name, undefined)
const alpha = openDatabase(serviceConnection(admin, 'alpha'), { name: 'alpha', runtime })
const beta = openDatabase(serviceConnection(admin, 'beta'), { name: 'beta', runtime })

let broker = await startKafka({ folder, runtime })
const prefix = `chaos-${seed}.`
const kafka = openKafka({ brokers: [broker.url], prefix, partitions: 4, replicas: 1, name: 'chaos', log })
await kafka.prepare([{ source: 'alpha', retained: false }])

/** Something that can be killed, and started again. */
interface Victim {
  readonly name: string
  kill(): Promise<void>
  start(): Promise<void>
}

const children = new Set<ChildProcess>()
const worker = (name: string, runs: WorkerTask['runs']): Victim => {
  let child: ChildProcess | undefined
  const task: WorkerTask = { runs, admin, brokers: [broker.url], prefix }
  return {
    name,
    kill: async () => {
      const ended = once(child!, 'exit')
      child!.kill('SIGKILL')
      await ended
      children.delete(child!)
    },
    start: async () => {
      child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [JSON.stringify(task)])
      children.add(child)
      await once(child, 'message')
    },
  }
}
const brokerVictim: Victim = {
  name: 'broker',
  kill: () => broker.kill(),
  start: async () => {
    broker = await startKafka({ folder, port: broker.port, runtime })
  },
}

after(async () => {
  for (const each of children) each.kill('SIGKILL')
  await broker.kill()
  await Promise.all([alpha.close(), beta.close()])
  rmSync(folder, { recursive: true, force: true })
})

test('100,000 events survive the deaths of relays, consumers and the broker', { timeout: 280_000 }, async (t) => {
  const workers = [
    worker('relay', 'alpha'),
    worker('relay 2', 'alpha'),
    worker('consumer', 'beta'),
    worker('consumer 2', 'beta'),
  ]
  // One after another: the first makes the table.
  for (const each of workers) await each.start()
  const killed = new Map<string, number>()
  let telling = true

  const tell = async (): Promise<void> => {
    const last = new Map<number, number>()
    const began = runtime.now()
    for (let told = 0; told < EVENTS; told += AT_ONCE) {
      const due = began + (told / EVENTS) * LASTS
      if (due > runtime.now()) await runtime.sleep(due - runtime.now())
      const payloads = Array.from({ length: Math.min(AT_ONCE, EVENTS - told) }, () => {
        const key = Math.floor(Math.random() * KEYS)
        last.set(key, (last.get(key) ?? 0) + 1)
        return { key: `k${key}`, n: last.get(key)! }
      })
      await alpha.tx('alpha.tell', (tx) => tx.emitAll(happened, payloads))
    }
    telling = false
  }

  /** Kills one of them again and again, with pauses between `least` and `most` milliseconds. */
  const kill = async (some: readonly Victim[], chance: () => number, least: number, most: number): Promise<void> => {
    while (telling) {
      await runtime.sleep(least + chance() * (most - least))
      const victim = some[Math.floor(chance() * some.length)]!
      const away = chance() * 2_000
      await victim.kill()
      killed.set(victim.name, (killed.get(victim.name) ?? 0) + 1)
      await runtime.sleep(away)
      await victim.start()
    }
  }

  const began = runtime.now()
  await Promise.all([
    tell(),
    kill(workers.slice(0, 2), chanceOf(seed), 500, 5_000),
    kill(workers.slice(2), chanceOf(seed + 1), 500, 8_000),
    kill([brokerVictim], chanceOf(seed + 2), 4_000, 15_000),
  ])
  const toldAfter = runtime.now() - began
  const count = async (): Promise<number> =>
    (await beta.query<{ count: number }>(sql`SELECT count(*) AS count FROM seen`))[0]!.count
  await eventually(async () => (await count()) >= EVENTS, 'all events had their effect', 120)
  t.diagnostic(
    `seed ${seed}: ${EVENTS} events told in ${toldAfter} ms, all taken in after ${runtime.now() - began} ms; killed: ${[...killed].map(([name, times]) => `${name} ${times}`).join(', ')}`,
  )

  assert.equal(await count(), EVENTS)
  const wrong = await beta.query(sql`
    SELECT key, n, expected FROM (
      SELECT key, n, row_number() OVER (PARTITION BY key ORDER BY place) AS expected FROM seen) AS numbered
    WHERE n <> expected LIMIT 5`)
  assert.deepEqual(wrong, [], 'each key’s events came in order, once each')
  assert.deepEqual(await listSetAside(beta, 5), [])
  assert.deepEqual(await listSetAside(alpha, 5), [])
})
