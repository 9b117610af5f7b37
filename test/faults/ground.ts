import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startKafka } from '#tools/engines/kafka.ts'
import type { LocalEngine, StartEngine } from '#tools/engines/engine.ts'
import { startOpenSearch } from '#tools/engines/opensearch.ts'
import { startRedis } from '#tools/engines/redis.ts'
import { startToxiproxy } from '#tools/engines/toxiproxy.ts'
import { startZipkin } from '#tools/engines/zipkin.ts'
import { startEmbedded } from '#engines/postgres/embedded/start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { audit, type AuditReport } from '#src/audit/audit.ts'
import { closing } from '#src/host/process/cleanup-stack.ts'
import { attachStores } from '#src/host/stores/attach.ts'
import { startHostProcess, type HostProcess } from '#src/host/local-cluster/host-process.ts'
import { readSettings } from '#src/settings.ts'
import { reseal } from '#src/commands/re-encrypt.ts'
import { shop } from '#src/shop.ts'
import { freePorts } from '../support/engines/free-ports.ts'
import { shopSettings } from '../support/shop-settings.ts'
import { bridge } from './bridge.ts'
import { placesFrom, PORTS, RUNNING } from './places.ts'
import { toxins, type Proxy } from './toxins.ts'

export type Engine = 'postgres' | 'redis' | 'kafka' | 'opensearch' | 'zipkin'

/** An engine that can be killed and brought back with its data. */
interface Killable {
  kill(): Promise<void>
  start(): Promise<void>
}

/** A shop of many processes on real engines, every part of which can be harmed. */
export interface Ground {
  readonly edges: readonly string[]
  /** Where the payment window and the mailbox are: outside. */
  readonly outside: string
  readonly engines: Readonly<Record<Engine, Killable>>
  /** By host and replica (`order-1`), and by engine: `postgres`, `redis`, `kafka`, `opensearch`. */
  readonly proxies: Readonly<Record<string, Proxy>>
  /** The process that runs a replica now. */
  host(name: string, replica: number): HostProcess
  /** Starts a replica that has ended; `skewMs` puts its clock wrong. */
  start(name: string, replica: number, given?: { readonly skewMs?: number }): Promise<void>
  /** Settings of hosts that start from now on. */
  readonly settings: Record<string, string>
  /** `npm run reseal` with these settings. */
  reseal(): Promise<void>
  pause(ms: number): Promise<void>
  /** Puts right what a fault that was broken off left behind: the network, and hosts that were stopped or have ended. */
  mend(): Promise<void>
  /** Looks for violations; `paid` are orders customers were told are paid. */
  audit(paid: readonly string[]): Promise<AuditReport>
  stop(): Promise<void>
}

/** One that nobody has had. */
export const aSecret = (): string => randomBytes(24).toString('base64url')

const SKEW = fileURLToPath(new URL('./clock-skew.mjs', import.meta.url))

/** What counts as under way at an audit, in milliseconds: everybody has stopped buying by then. */
const GRACE = 1_000

const killable = async (
  start: (given: StartEngine) => Promise<LocalEngine>,
  folder: string,
  progress: (line: string) => void,
): Promise<Killable & { readonly engine: () => LocalEngine; stop(): Promise<void> }> => {
  mkdirSync(folder, { recursive: true })
  let engine = await start({ folder, progress })
  return {
    engine: () => engine,
    kill: () => engine.kill(),
    start: async () => {
      engine = await start({ folder, port: engine.port })
    },
    stop: () => engine.stop(),
  }
}

/** Starts everything, with a line for each part. What was started is stopped again when a later part cannot be. */
export const startGround = async (say: (line: string) => void): Promise<Ground> => {
  const runtime = systemRuntime()
  const opened = closing()
  const folder = mkdtempSync(join(tmpdir(), 'jangteo-faults-'))
  opened.add(async () => rmSync(folder, { recursive: true, force: true }))
  const run = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting
    opened.add(() => started.stop())
    return started
  }
  try {
    const first = await freePorts(PORTS)
    const last = first + PORTS - 1
    const [bridged, postgresAt, redisAt, kafkaAt, openSearchAt] = [last, last - 1, last - 2, last - 3, last - 4]
    const database = await run(startEmbedded({ dataDir: join(folder, 'postgres'), runtime, progress: say }))
    const engine = (name: string, start: (given: StartEngine) => Promise<LocalEngine>) =>
      run(killable(start, join(folder, name), say))
    const [redis, kafka, opensearch, zipkin, toxiproxy] = await Promise.all([
      engine('redis', startRedis),
      engine('kafka', (given) => startKafka({ ...given, advertised: kafkaAt })),
      engine('opensearch', startOpenSearch),
      engine('zipkin', startZipkin),
      engine('toxiproxy', startToxiproxy),
    ])

    const { placed, places } = placesFrom(first)
    const proxy = toxins(toxiproxy.engine().url)
    const proxies: Record<string, Proxy> = {}
    opened.add(await bridge(bridged, `${database.connection.host}/.s.PGSQL.${database.connection.port}`))
    proxies['postgres'] = await proxy('postgres', postgresAt, bridged)
    proxies['redis'] = await proxy('redis', redisAt, redis.engine().port)
    proxies['kafka'] = await proxy('kafka', kafkaAt, kafka.engine().port)
    proxies['opensearch'] = await proxy('opensearch', openSearchAt, opensearch.engine().port)
    for (const { host, replica, listens, reached } of places)
      if (listens !== reached) proxies[`${host}-${replica}`] = await proxy(`${host}-${replica}`, reached, listens)

    const placement = join(folder, 'placement.json')
    writeFileSync(placement, JSON.stringify({ hosts: placed }))
    const { user, database: name } = database.connection
    const data = join(folder, 'shop')
    mkdirSync(data)
    const env: Record<string, string> = {
      ...shopSettings(data, `postgresql://${user}@127.0.0.1:${postgresAt}/${name}`),
      REDIS_URL: `redis://127.0.0.1:${redisAt}`,
      KAFKA_BROKERS: `127.0.0.1:${kafkaAt}`,
      OPENSEARCH_URL: `http://127.0.0.1:${openSearchAt}`,
      ZIPKIN_URL: zipkin.engine().url,
      TRACE_PERCENT: '10',
      JANGTEO_SECRET: aSecret(),
      JANGTEO_INTERNAL_SECRET: aSecret(),
      LOG_LEVEL: process.env['TEST_LOG'] ?? 'error',
    }

    const running = new Map<string, HostProcess>()
    const start: Ground['start'] = async (host, replica, { skewMs = 0 } = {}) => {
      const place = places.find((each) => each.host === host && each.replica === replica)!
      const skewed = { NODE_OPTIONS: `--import ${SKEW}`, JANGTEO_TEST_SKEW: String(skewMs) }
      const started = await startHostProcess({
        placement,
        host,
        replica,
        port: place.listens,
        env: {
          ...env,
          ...(place.listens !== place.reached && { JANGTEO_INTERNAL_ADDRESS: `127.0.0.1:${place.reached}` }),
          ...(skewMs !== 0 && skewed),
        },
        ...(process.env['TEST_LOG'] && { onLine: (line: string) => say(`${host} ${replica}: ${line}`) }),
      })
      running.set(`${host}-${replica}`, started)
    }
    opened.add(async () => {
      // A host that was stopped in its tracks hears nothing of an orderly end.
      for (const each of running.values()) each.kill('SIGCONT')
      await Promise.all([...running.values()].map((each) => each.stop()))
    })
    const begin = async (hosts: readonly string[]): Promise<void> => {
      const chosen = places.filter(({ host, replica }) => hosts.includes(host) && replica <= RUNNING)
      const settled = await Promise.allSettled(chosen.map(({ host, replica }) => start(host, replica)))
      for (const each of settled) if (each.status === 'rejected') throw each.reason
    }
    say('Hosts …')
    await begin(placed.map((each) => each.name).filter((each) => each !== 'edge'))
    await begin(['edge'])

    const edge = placed.find((each) => each.edgePort !== undefined)!
    const settings = readSettings({ ...env, DATABASE_URL: database.url })
    const stores = await attachStores(settings, { runtime })
    opened.add(stores.stop)
    return {
      edges: Array.from({ length: edge.replicas! }, (_, n) => `http://127.0.0.1:${edge.edgePort! + n}`),
      outside: `http://127.0.0.1:${placed[0]!.port}`,
      engines: {
        postgres: {
          kill: async () => void process.kill(database.pid(), 'SIGKILL'),
          // Who watches over the embedded server starts it again.
          start: async () => {},
        },
        redis,
        kafka,
        opensearch,
        zipkin,
      },
      proxies,
      host: (host, replica) => running.get(`${host}-${replica}`)!,
      start,
      settings: env,
      reseal: async () => {
        const done = await reseal({ args: [], runtime, env: { ...env, DATABASE_URL: database.url }, say: () => {} })
        if (done !== 0) throw new Error('Something is left under the old secret')
      },
      pause: (ms) => runtime.sleep(ms),
      mend: async () => {
        for (const each of Object.values(proxies)) await each.heal()
        for (const { host, replica } of places.filter((each) => each.replica <= RUNNING)) {
          const now = running.get(`${host}-${replica}`)!
          now.kill('SIGCONT')
          if (await Promise.race([now.ended.then(() => true), runtime.sleep(0).then(() => false)]))
            await start(host, replica)
        }
      },
      audit: (paid) => audit({ services: shop, adminOf: stores.adminOf, runtime, grace: GRACE, acknowledged: paid }),
      stop: opened.all,
    }
  } catch (error) {
    await opened.all().catch(() => {})
    throw error
  }
}
