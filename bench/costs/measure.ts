import { closeSync, fdatasyncSync, globSync, openSync, statSync, writeSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { connect } from '#engines/postgres/connection/connection.ts'
import { prepareGround } from '../ground.ts'
import { openConnection } from '../http-client.ts'
import { completePurchase } from '../scenarios/buying.ts'
import { underLoad, type UnderLoad } from '../shop-under-load.ts'
import type { Costs, Kind, Level, TopologyCosts } from './costs.ts'
import { type Counters, countersOf, countStatements, servedBy, walBytes } from './counters-store.ts'
import { machineBusy, networkBytes, type Usage, usageBy } from './usage.ts'

interface Options {
  readonly seconds: number
  /** How many customers buy at once, one level after another; the first and the last are what the model is made of. */
  readonly levels: readonly number[]
  readonly say: (line: string) => void
}

/** Every process of the database has told its counters by then. */
const TOLD = 1_200
const IDLE = 5_000
/** Bytes of WAL between two looks with which a shop counts as one in which nothing happens. */
const QUIET = 8_192
/** Looks at a shop in which nobody buys yet, and looks at most until one is quiet again. */
const LEARNING = 12
const PATIENCE = 60
/** Seconds of purchases before the first that count: compilers are through by then. */
const WARMING = 10

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Answers how to wait until consumers are through and the last letter of confirmation is sent. Many hosts write of
 * themselves, that they live and who may publish, so what is quiet for a shop is learned while nobody has bought yet.
 */
const settling = (client: pg.Client, say: (line: string) => void): (() => Promise<void>) => {
  let usual: number | undefined
  const grownSoon = async (): Promise<number> => {
    const before = await walBytes(client)
    await pause(TOLD)
    return (await walBytes(client)) - before
  }
  const learn = async (): Promise<number> => {
    const grown: number[] = []
    for (let look = 0; look < LEARNING; look++) grown.push(await grownSoon())
    // What is still being worked off comes first; of the rest the larger half is passed over.
    return Math.max(QUIET, 2 * grown.slice(LEARNING / 2).sort((a, b) => a - b)[LEARNING / 4]!)
  }
  return async () => {
    usual ??= await learn()
    let quiet = 0
    for (let look = 0; look < PATIENCE; look++) {
      quiet = (await grownSoon()) < usual ? quiet + 1 : 0
      if (quiet === 2) return
    }
    say(`Work goes on ${PATIENCE} looks after the last purchase: what it costs is told too low.`)
  }
}

/** Bytes of the topics on the disk. */
const bytesOfTopics = (root: string): number =>
  globSync(join(root, 'data/engines/kafka/**/jangteo.*/*.log')).reduce((sum, file) => sum + statSync(file).size, 0)

interface Snapshot {
  readonly at: number
  readonly counters: Counters
  readonly usage: Readonly<Record<string, Usage>>
  readonly network: number
  readonly kafka: number
}

const snapshot = async (client: pg.Client, { shop, embedded, root }: UnderLoad): Promise<Snapshot> => {
  const serves = await servedBy(client)
  const counters = await countersOf(client)
  return {
    at: performance.now(),
    counters,
    usage: usageBy(shop.pid, embedded.pid(), serves),
    network: networkBytes(),
    kafka: bytesOfTopics(root),
  }
}

/** What each entry of a record has grown by, a second or a purchase, beyond what it grows by itself. */
const grown = (
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  count: number,
  byItself: (name: string) => number = () => 0,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, value]): [string, number] => [
        name,
        Math.max(0, value - (before[name] ?? 0) - byItself(name)) / count,
      ])
      .filter(([, value]) => value > 0),
  )

const cpuOf = (usage: Readonly<Record<string, Usage>>): Record<string, number> =>
  Object.fromEntries(Object.entries(usage).map(([kind, { cpu }]) => [kind, cpu * 1e6]))

/** How much grows in a second when nobody buys. */
interface Idle {
  readonly cpu: Readonly<Record<string, number>>
  readonly statements: Readonly<Record<string, number>>
  readonly commits: number
  readonly flushes: number
  readonly walBytes: number
  readonly network: number
}

const idleOf = (before: Snapshot, after: Snapshot): Idle => {
  const seconds = (after.at - before.at) / 1_000
  const rate = (of: (each: Snapshot) => number): number => (of(after) - of(before)) / seconds
  return {
    cpu: grown(cpuOf(before.usage), cpuOf(after.usage), seconds),
    statements: grown(before.counters.statements, after.counters.statements, seconds),
    commits: rate((each) => each.counters.commits),
    flushes: rate((each) => each.counters.flushes),
    walBytes: rate((each) => each.counters.walBytes),
    network: rate((each) => each.network),
  }
}

/** Cores that we and others kept busy while customers bought, and what the customers themselves took of them. */
interface Busy {
  readonly busy: number
  readonly othersBusy: number
}

const whileBusy = async <T>(
  { shop, embedded }: UnderLoad,
  work: () => Promise<T>,
): Promise<{ readonly done: T; readonly loadSeconds: number; readonly busy: Busy }> => {
  const look = () => ({
    at: performance.now(),
    machine: machineBusy(),
    ours: Object.values(usageBy(shop.pid, embedded.pid(), new Map())).reduce((sum, { cpu }) => sum + cpu, 0),
  })
  const before = look()
  const own = process.cpuUsage()
  const done = await work()
  const { user, system } = process.cpuUsage(own)
  const after = look()
  const cores = (used: number): number => Math.max(0, used) / ((after.at - before.at) / 1_000)
  const ours = after.ours - before.ours
  return {
    done,
    loadSeconds: (user + system) / 1e6,
    busy: { busy: cores(ours), othersBusy: cores(after.machine - before.machine - ours) },
  }
}

const levelOf = (
  clients: number,
  measured: { readonly perSecond: number; readonly p50: number; readonly p99: number; readonly count: number },
  before: Snapshot,
  after: Snapshot,
  idle: Idle,
  loadSeconds: number,
  busy: Busy,
): Level => {
  const { perSecond, p50, p99, count } = measured
  const seconds = (after.at - before.at) / 1_000
  const each = (of: (one: Snapshot) => number, byItself = 0): number =>
    Math.max(0, of(after) - of(before) - byItself * seconds) / count
  const beside = (rates: Readonly<Record<string, number>>) => (name: string) => (rates[name] ?? 0) * seconds
  return {
    clients,
    perSecond,
    p50,
    p99,
    purchases: count,
    ...busy,
    cpu: {
      ...grown(cpuOf(before.usage), cpuOf(after.usage), count, beside(idle.cpu)),
      load: (loadSeconds * 1e6) / count,
    },
    statements: grown(before.counters.statements, after.counters.statements, count, beside(idle.statements)),
    commits: each(({ counters }) => counters.commits, idle.commits),
    flushes: each(({ counters }) => counters.flushes, idle.flushes),
    walBytes: each(({ counters }) => counters.walBytes, idle.walBytes),
    tableBytes: each(({ counters }) => counters.tableBytes),
    networkBytes: each(({ network }) => network, idle.network),
    kafkaBytes: each(({ kafka }) => kafka),
    events: grown(before.counters.events, after.counters.events, count),
  }
}

/** Milliseconds of forcing 8 KiB to the disk below `folder`, the median of many times. */
export const flushTime = (folder: string): number => {
  const file = openSync(join(folder, 'flush'), 'w')
  const page = Buffer.alloc(8_192, 1)
  const times = Array.from({ length: 200 }, () => {
    const began = performance.now()
    writeSync(file, page, 0, page.length, 0)
    fdatasyncSync(file)
    return performance.now() - began
  })
  closeSync(file)
  return times.sort((a, b) => a - b)[100]!
}

/** Letters at the pace of purchases: at the usual one they would be sent for minutes after the last, in small handfuls. */
const SETTINGS = { MAIL_PER_SECOND: '10000' }
// Statements are counted, which takes the database a little more.
const DATABASE = `shared_preload_libraries = 'pg_stat_statements'\n`

const measureShop = async (
  topology: string,
  under: UnderLoad,
  { seconds, levels, say }: Options,
): Promise<TopologyCosts & { readonly flushMs: number }> => {
  const { shop, embedded, env, root } = under
  say('Preparing members and products …')
  const connections = Math.max(...levels)
  const ground = await prepareGround(shop.origins, { connections, seconds, staffPassword: env.JANGTEO_STAFF_PASSWORD })
  const client = await connect(embedded.connection, 'bench costs')
  try {
    await countStatements(client)
    const settled = settling(client, say)
    for (const each of ground.connections) each.close()
    // Opened for each level: a connection on which nothing is asked for a while is closed.
    const buy = async (clients: number, forSeconds: number) => {
      const opened = await Promise.all(
        Array.from({ length: clients }, (_, n) => openConnection(shop.origins[n % shop.origins.length]!)),
      )
      const done = await completePurchase.run({ ...ground, connections: opened, seconds: forSeconds })
      for (const each of opened) each.close()
      return done
    }
    await settled()
    const quiet = await snapshot(client, under)
    await pause(IDLE)
    const idle = idleOf(quiet, await snapshot(client, under))
    say('Warming up …')
    await buy(connections, WARMING)

    const measured: Level[] = []
    for (const clients of levels) {
      say(`Measuring: ${clients} customers …`)
      await buy(clients, 0.5)
      await settled()
      const before = await snapshot(client, under)
      const { done, loadSeconds, busy } = await whileBusy(under, () => buy(clients, seconds))
      await settled()
      measured.push(levelOf(clients, done, before, await snapshot(client, under), idle, loadSeconds, busy))
    }
    const { usage } = await snapshot(client, under)
    return {
      topology,
      kinds: Object.fromEntries(
        Object.entries(usage).map(([kind, { processes, memory }]): [string, Kind] => [
          kind,
          { processes, memory, idle: (idle.cpu[kind] ?? 0) / 1e6 },
        ]),
      ),
      connections: (await servedBy(client)).size,
      levels: measured,
      flushMs: flushTime(root),
    }
  } finally {
    await client.end()
  }
}

/** Measures what a purchase costs on each topology. Throws where an audit finds a violation: there are no figures then. */
export const measureCosts = async (names: readonly string[], options: Options): Promise<Costs> => {
  const measured: (TopologyCosts & { readonly flushMs: number })[] = []
  for (const topology of names) {
    const done = await underLoad(topology, { say: options.say, database: DATABASE, settings: SETTINGS }, (under) =>
      measureShop(topology, under, options),
    )
    if (!done) throw new Error(`The audit found violations (${topology}): there are no figures.`)
    measured.push(done)
  }
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: { processor: cpus()[0]?.model ?? '', cores: cpus().length, memory: totalmem() },
    node: process.version,
    flushMs: Math.min(...measured.map((each) => each.flushMs)),
    topologies: measured.map(({ flushMs: _, ...costs }) => costs),
  }
}
