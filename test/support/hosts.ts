import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '#engines/postgres/embedded/for-tests.ts'
import { startHostProcess, type HostProcess } from '#src/host/host-process.ts'
import { shop } from '#src/shop.ts'
import { freePorts } from './free-ports.ts'
import { shopSettings } from './shop-settings.ts'

/** A shop of several processes for a test. */
export interface HostsShop {
  readonly origin: string
  readonly databaseUrl: string
  readonly processes: readonly HostProcess[]
  /** Starts one more process of a host, in the place of one that has ended. */
  start(host: string, replica?: number): Promise<HostProcess>
  stop(): Promise<void>
}

const BUYING = ['order', 'payment']

/** Few processes that still are all a cluster has: an edge, two that share the work of buying, and the rest. */
const placementOn = (port: number) => ({
  hosts: [
    {
      name: 'rest',
      runs: [...shop.map((each) => each.contract.name).filter((each) => !BUYING.includes(each)), 'simulators'],
      port: port + 4,
    },
    { name: 'buying', runs: BUYING, replicas: 2, port: port + 2 },
    { name: 'edge', runs: ['gateway'], port, edgePort: port + 1 },
  ],
})

/** Starts a shop in four processes on a database of its own, which call each other over HTTP. The caller stops it. */
export const startHosts = async (
  given: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<HostsShop> => {
  const database = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'jangteo-hosts-'))
  const port = await freePorts(6)
  const placement = join(folder, 'placement.json')
  const { hosts } = placementOn(port)
  writeFileSync(placement, JSON.stringify({ hosts }))
  const env = { ...shopSettings(folder, database.url), JANGTEO_LEAVE_GRACE: '300', ...given.env }
  const told = process.env['TEST_LOG'] ? (line: string) => console.error(line) : () => {}
  const start = (host: string, replica = 1): Promise<HostProcess> =>
    startHostProcess({ placement, host, replica, env, told })

  const processes: HostProcess[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((each) => each.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  const starting = hosts.flatMap((host) =>
    Array.from({ length: host.replicas ?? 1 }, (_, n) => start(host.name, n + 1)),
  )
  const settled = await Promise.allSettled(starting)
  for (const each of settled) if (each.status === 'fulfilled') processes.push(each.value)
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  return {
    origin: `http://127.0.0.1:${port + 1}`,
    databaseUrl: database.url,
    processes,
    start: async (host, replica) => {
      const made = await start(host, replica)
      processes.push(made)
      return made
    },
    stop,
  }
}
