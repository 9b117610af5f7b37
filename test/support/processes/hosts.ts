import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import type { Signing } from '#kernel/remote/security/signing.ts'
import type { CallerTokens } from '#kernel/remote/security/token.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { startHostProcess, type HostProcess } from '#src/host/local-cluster/host-process.ts'
import { internalTokens, leaseSigning } from '#src/host/cluster/network.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import { atEnd } from '../at-end.ts'
import { eventually } from '../eventually.ts'
import { freePorts } from '../engines/free-ports.ts'
import { shopSettings } from '../shop-settings.ts'

/** A shop of several processes for a test. */
export interface HostsShop {
  readonly origin: string
  /** Where the public comes in at each gateway. */
  readonly edges: readonly string[]
  /** Where a host takes calls. */
  internal(host: string, replica?: number): string
  /** The tokens its hosts know each other by. */
  tokens(): CallerTokens
  /** What its hosts sign their leases with. */
  leases(): Signing
  readonly databaseUrl: string
  readonly processes: readonly HostProcess[]
  /** Moves the clocks of all its hosts on by milliseconds: of those that run, so none may be stopped meanwhile. */
  advance(ms: number): Promise<void>
  /** Starts one more process of a host, in the place of one that has ended. */
  start(host: string, replica?: number): Promise<HostProcess>
  stop(): Promise<void>
}

/** Hosts of a test; replicas of one take ports in a row. */
export type TestHosts = readonly {
  readonly name: string
  readonly runs: readonly string[]
  readonly replicas?: number
}[]

const CLOCK = new URL('./shared-clock.mjs', import.meta.url).href

export const allServices = shop.map((each) => each.contract.name)
const BUYING = ['order', 'payment']

/** Few processes that still are all a cluster has: an edge, two that share the work of buying, and the rest. */
const few: TestHosts = [
  { name: 'rest', runs: [...allServices.filter((each) => !BUYING.includes(each)), 'simulators'] },
  { name: 'buying', runs: BUYING, replicas: 2 },
  { name: 'edge', runs: ['gateway'] },
]

/** The hosts with ports from `first` on: for each replica one for calls and one for the public or the mailbox. */
const placed = (hosts: TestHosts, first: number) => {
  let port = first
  return hosts.map((host) => {
    const replicas = host.replicas ?? 1
    const own = port
    port += 2 * replicas
    return { ...host, port: own, ...(host.runs.includes('gateway') && { edgePort: own + replicas }) }
  })
}

/** Starts a shop in several processes on a database of its own, which call each other over HTTP. It stops after the file's tests at the latest. */
export const startHosts = async (
  given: { readonly hosts?: TestHosts; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<HostsShop> => {
  const database = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'jangteo-hosts-'))
  const wanted = given.hosts ?? few
  const count = wanted.reduce((sum, each) => sum + 2 * (each.replicas ?? 1), 0)
  const hosts = placed(wanted, await freePorts(count))
  const placement = join(folder, 'placement.json')
  writeFileSync(placement, JSON.stringify({ hosts }))
  const clock = join(folder, 'clock')
  let ahead = 0
  const env = {
    ...shopSettings(folder, database.url),
    JANGTEO_LEAVE_GRACE: '300',
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${CLOCK}`.trim(),
    JANGTEO_TEST_CLOCK: clock,
    ...given.env,
  }
  const onLine = process.env['TEST_LOG'] ? (line: string) => console.error(line) : () => {}
  const start = (host: string, replica = 1): Promise<HostProcess> =>
    startHostProcess({ placement, host, replica, env, onLine })

  const processes: HostProcess[] = []
  const gone = new Set<HostProcess>()
  const joined = (one: HostProcess): HostProcess => {
    processes.push(one)
    void one.ended.then(() => gone.add(one))
    return one
  }
  /** By how much the clock of a host is ahead, as it says itself. */
  const clockOf = (pid: number): number => Number(readFileSync(`${clock}.${pid}`, { encoding: 'utf8', flag: 'a+' }))
  const end = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  let ended: Promise<void> | undefined
  const stop = atEnd((): Promise<void> => (ended ??= end()))
  const portOf = (name: string): number => hosts.find((each) => each.name === name)!.port
  const edges = hosts.flatMap((host) =>
    host.edgePort === undefined
      ? []
      : Array.from({ length: host.replicas ?? 1 }, (_, n) => `http://127.0.0.1:${host.edgePort! + n}`),
  )
  const starting = hosts.flatMap((host) =>
    Array.from({ length: host.replicas ?? 1 }, (_, n) => start(host.name, n + 1)),
  )
  const settled = await Promise.allSettled(starting)
  for (const each of settled) if (each.status === 'fulfilled') joined(each.value)
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  // An edge that was there first has met closed doors, and looks again only after a while.
  const keysFrom = async (edge: string): Promise<boolean> => (await fetch(`${edge}/.well-known/jwks.json`)).ok
  try {
    await Promise.all(edges.map((edge) => eventually(() => keysFrom(edge), 'an edge reaches the hosts')))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    origin: edges[0]!,
    edges,
    internal: (host, replica = 1) => `http://127.0.0.1:${portOf(host) + replica - 1}`,
    tokens: () => internalTokens(readSettings(env), systemRuntime()),
    leases: () => leaseSigning(readSettings(env), systemRuntime()),
    databaseUrl: database.url,
    processes,
    advance: async (ms) => {
      ahead += ms
      writeFileSync(`${clock}.next`, String(ahead))
      renameSync(`${clock}.next`, clock)
      const going = processes.filter((each) => !gone.has(each))
      await eventually(() => going.every(({ pid }) => clockOf(pid) === ahead), 'every host goes by the new time')
    },
    start: async (host, replica) => joined(await start(host, replica)),
    stop,
  }
}
