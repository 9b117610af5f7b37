import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { startClusterEngines, type ClusterEngine, type ClusterEngines } from './cluster-engines.ts'
import { superviseHost, type SupervisedHost } from './supervised-host.ts'
import { portsOf, type PlacedHost } from '../cluster/placement.ts'
import { seedRemotely } from '../development/seed-remotely.ts'
import { placementFrom } from '../process/serve-host.ts'
import { schemasOf } from '../stores/schemas.ts'
import { lockWaitOf, openStores, prepareSchemas } from '../stores/stores.ts'

/** A cluster at work on this machine. */
export interface Cluster {
  /** Where the public comes in. */
  readonly origins: readonly string[]
  /** A line for each part a person may want to look at. */
  readonly addresses: readonly string[]
  stop(): Promise<void>
}

const replicasOf = (host: PlacedHost): readonly number[] => Array.from({ length: host.replicas }, (_, n) => n + 1)

const originsOf = (host: PlacedHost): readonly string[] =>
  replicasOf(host).flatMap((replica) => {
    const { edgePort } = portsOf(host, replica)
    const name = host.address === '127.0.0.1' ? 'localhost' : host.address
    return edgePort === undefined ? [] : [`http://${name}:${edgePort}`]
  })

/** An edge only: no other host calls it, so it starts last. A gateway beside services starts with them. */
const isEdge = ({ runs }: PlacedHost): boolean => runs.every((each) => each === 'gateway' || each === 'pages')

/**
 * Starts the database, the engines and every host of a placement as a process on this machine, with a line for each
 * part. The edge comes last and goes first, so that whoever is let in finds a shop that works. Answers nothing when
 * `stopping` resolves before all are up.
 */
export const startCluster = async (
  settings: ProcessSettings,
  given: {
    readonly shop: readonly ServiceDefinition<any>[]
    /** File of the placement. */
    readonly placement: string
    /** What it stands on besides PostgreSQL. */
    readonly engines: readonly ClusterEngine[]
    readonly samples: boolean
    readonly runtime: Runtime
    readonly progress: (line: string) => void
    readonly stopping: Promise<unknown>
  },
): Promise<Cluster | undefined> => {
  const { shop, placement: file, runtime, progress } = given
  const placement = placementFrom(file, shop)
  const supervised: SupervisedHost[] = []
  let engines: ClusterEngines | undefined
  let stopping = false
  void given.stopping.then(() => (stopping = true))

  const stores = await openStores(settings, {
    runtime,
    progress,
    onDown: (why) => progress(`PostgreSQL stopped and is being restarted: ${why}`),
    onUp: () => progress('PostgreSQL runs again'),
    timeoutMs: settings.JANGTEO_START_PATIENCE * 1_000,
  })
  const where = settings.DATABASE_URL ? 'at DATABASE_URL' : `in ${settings.JANGTEO_DATA}`
  progress(`${'PostgreSQL'.padEnd(14)} ${where}`)

  const stop = async (): Promise<void> => {
    const of = (edge: boolean) => supervised.filter((each) => isEdge(each.host) === edge).map((each) => each.stop())
    await Promise.all(of(true))
    await Promise.all(of(false))
    await engines?.stop()
    await stores.stop()
  }
  const start = async (hosts: readonly PlacedHost[]): Promise<void> => {
    const settled = await Promise.allSettled(
      hosts.flatMap((host) =>
        replicasOf(host).map(async (replica) => {
          supervised.push(
            await superviseHost({ placement: file, host, replica, env: engines?.env ?? {}, runtime, progress }),
          )
        }),
      ),
    )
    for (const each of settled) if (each.status === 'rejected') throw each.reason
  }

  try {
    // Once for all: hosts that start together then find every log they read.
    const wait = lockWaitOf(settings, { runtime, progress })
    const ran = await prepareSchemas(stores.adminOf, schemasOf(shop, settings.mode), wait)
    if (ran.length > 0) progress(`${'schemas'.padEnd(14)} brought up to date (${ran.length} changes)`)
    if (!stopping) engines = await startClusterEngines(given.engines, settings, { placement, runtime, progress })
    if (!stopping) await start(placement.hosts.filter((host) => !isEdge(host)))
    if (given.samples && settings.mode === 'development' && !stopping)
      await seedRemotely(settings, { shop, placement, stores, runtime, progress })
    if (!stopping) await start(placement.hosts.filter(isEdge))
  } catch (error) {
    await stop()
    throw error
  }
  if (!stopping) return { origins: placement.hosts.flatMap(originsOf), addresses: engines?.lines ?? [], stop }
  await stop()
  return undefined
}
