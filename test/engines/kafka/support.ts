import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { Admin, Producer } from '@platformatic/kafka'
import { pino, type Logger } from 'pino'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { Queryable } from '#kernel/store.ts'
import { openKafka, type Kafka } from '#engines/kafka/connect.ts'
import type { KafkaSecurity } from '#engines/kafka/security.ts'
import type { Connection } from '#engines/postgres/embedded/start.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { provision, serviceConnection } from '#engines/postgres/schema/provision.ts'
import { sql } from '#engines/postgres/sql.ts'
import { startHost, type Host } from '#src/host/process/host.ts'
import { steerableRuntime } from '#test/support/clock.ts'
import { alpha, betaOf, happened } from './services.ts'

/** Brokers the runner of engine tests started. */
export const brokers = (): string[] => {
  const given = process.env['JANGTEO_TEST_KAFKA']
  assert.ok(given, 'JANGTEO_TEST_KAFKA names no broker: run npm run test:engines')
  return given.split(',')
}

export type Pair = readonly [key: string, n: number]

/** A database with the two services, topics of their own, and hosts that run them. */
export interface Ground {
  readonly kafka: Kafka
  readonly prefix: string
  readonly admin: Connection
  readonly runtime: ReturnType<typeof steerableRuntime>
  /** Starts a host; with `through: 'postgres'` it reads the log instead. */
  start(services: readonly ServiceDefinition<any>[], through?: 'kafka' | 'postgres'): Promise<Host>
  tell(pairs: readonly Pair[], type?: typeof happened): Promise<void>
  seen(): Promise<Pair[]>
  readonly db: (service: 'alpha' | 'beta') => Queryable
  /** Loses the topic of `alpha` and all in it. */
  deleteTopic(): Promise<void>
  /** Sends something to the topic of `alpha` as anybody could. */
  send(message: { key?: string; value?: string | Buffer; headers?: Record<string, string> }): Promise<void>
}

/** Makes a ground; call it at the top of a file. */
export const groundOf = async (
  addresses = brokers(),
  {
    security = {},
    log = pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
  }: { readonly security?: KafkaSecurity; readonly log?: Logger } = {},
): Promise<Ground> => {
  const runtime = steerableRuntime()
  const { connection: admin } = await freshDatabase(runtime)
  await provision(admin, ['alpha', 'beta'])
  for (const name of ['alpha', 'beta']) await migrate(serviceConnection(admin, name), name, undefined)
  const prefix = `test-${randomBytes(5).toString('hex')}.`
  const kafka = openKafka({ brokers: addresses, security, prefix, partitions: 4, replicas: 1, name: 'test', log })
  await kafka.prepare([{ source: 'alpha', retained: false }])
  const running: (() => Promise<void>)[] = []
  const start: Ground['start'] = async (services, through = 'kafka') => {
    const host = await startHost({
      services,
      connection: (name) => serviceConnection(admin, name),
      settings: {},
      runtime,
      log,
      ...(through === 'kafka' && { kafka }),
    })
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= host.stop())
    running.push(stop)
    return { ...host, stop }
  }
  // A host of no service's work, to tell and to look.
  const still = await startHost({
    services: [alpha, betaOf()],
    connection: (name) => serviceConnection(admin, name),
    settings: {},
    runtime,
    log,
    background: false,
  })
  running.push(still.stop)
  const [alphaDb, betaDb] = still.services.map((each) => each.db)
  const producer = new Producer({ ...kafka.client })
  running.push(() => producer.close())
  after(async () => {
    for (const stop of running.reverse()) await stop()
  })
  return {
    kafka,
    prefix,
    admin,
    runtime,
    start,
    db: (name) => (name === 'alpha' ? alphaDb! : betaDb!),
    tell: (pairs, type = happened) =>
      alphaDb!.tx('alpha.tell', (tx) =>
        tx.emitAll(
          type,
          pairs.map(([key, n]) => ({ key, n })),
        ),
      ),
    seen: async () =>
      (await betaDb!.query<{ key: string; n: number }>(sql`SELECT key, n FROM seen ORDER BY place`)).map(
        ({ key, n }) => [key, n],
      ),
    deleteTopic: async () => {
      const admin = new Admin({ ...kafka.client })
      await admin.deleteTopics({ topics: [kafka.topicOf('alpha')] })
      await admin.close()
    },
    send: async ({ key = 'k', value = '', headers = {} }) => {
      await producer.send({
        acks: -1,
        messages: [
          {
            topic: kafka.topicOf('alpha'),
            key: Buffer.from(key),
            value: Buffer.from(value),
            headers: new Map(Object.entries(headers).map(([name, each]) => [Buffer.from(name), Buffer.from(each)])),
          },
        ],
      })
    },
  }
}
