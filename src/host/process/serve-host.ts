import { readFileSync } from 'node:fs'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { LiveSetting } from '#kernel/live-setting.ts'
import { ORDINARY_WEIGHT, type Registry } from '#kernel/remote/instances/registry.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import type { StepHook } from '#engines/postgres/database.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { assemble, type Assembled } from './assemble.ts'
import { expectedHosts } from '../cluster/expected-hosts.ts'
import { internalTls, internalTokens, leaseSigning, type Network } from '../cluster/network.ts'
import { fixedPlaces } from '../cluster/placed-registry.ts'
import { PARTS, portsOf, readPlacement, type PlacedHost, type Placement } from '../cluster/placement.ts'
import { ownName, advertisedAddress } from '../cluster/advertised-address.ts'
import { waitForDependency } from '../stores/wait-for-dependency.ts'
import { originAt } from '../cluster/public-url.ts'
import { openRegistry } from '../cluster/registry.ts'
import type { RemoteSimulators } from '../development/external-systems.ts'

/** Port of a host that no placement names. */
const PORT = 4_000

/** A host at work. */
export interface ServedHost extends Assembled {
  readonly name: string
  /** Services and parts it runs. */
  readonly services: readonly string[]
}

export interface ServeOptions {
  readonly shop: readonly ServiceDefinition<any>[]
  /** What of its settings the central configuration may change. */
  readonly liveSettings: readonly LiveSetting[]
  /** Services and parts to run; defaults to those of the placement. */
  readonly runs: readonly string[]
  /** File that says which host runs what. */
  readonly placement: string | undefined
  readonly host: string | undefined
  /** Which of its replicas, from 1. */
  readonly replica: number | undefined
  readonly port: number | undefined
  readonly runtime: Runtime
  readonly progress: (line: string) => void
  readonly onStep?: StepHook
}

const namesOf = (shop: readonly ServiceDefinition<any>[]): string[] => shop.map((each) => each.contract.name)

/** Reads a placement file. Throws CannotStart for one that is not there, or not right. */
export const placementFrom = (file: string, shop: readonly ServiceDefinition<any>[]): Placement => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CannotStart(`The placement ${file} cannot be read: ${(error as Error).message}`)
  }
  return readPlacement(text, namesOf(shop), file)
}

const placedHost = (placement: Placement, { host, placement: file, replica = 1 }: ServeOptions): PlacedHost => {
  const names = placement.hosts.map((each) => each.name).join(', ')
  if (host === undefined) throw new CannotStart(`--host is missing: give one of the placement’s, ${names}.`)
  const found = placement.hosts.find((each) => each.name === host)
  if (!found) throw new CannotStart(`The placement ${file} has no host ${host}: give one of ${names}.`)
  if (replica > found.replicas)
    throw new CannotStart(`The host ${host} has ${found.replicas} replicas in ${file}: there is no number ${replica}.`)
  return found
}

/** A host without placement and Redis has no others: what it runs must need nothing else. */
const standsAlone = (runs: readonly string[], { shop }: ServeOptions): void => {
  const here = new Set(runs)
  const missing = (runs.includes('gateway') ? shop : shop.filter((each) => here.has(each.contract.name)))
    .flatMap((each) => [each.contract.name, ...Object.values(each.needs).map((needed) => needed.name)])
    .filter((each, i, all) => !here.has(each) && all.indexOf(each) === i)
  if (missing.length > 0)
    throw new CannotStart(
      `${runs.join(', ')} cannot do without ${missing.join(', ')}: run these here too, or say where they are, by a --placement or a registry (REDIS_URL).`,
    )
}

const simulatorsOf = (placement: Placement): RemoteSimulators => {
  const host = placement.hosts.find((each) => each.runs.includes('simulators'))
  if (!host)
    throw new CannotStart(
      'No host runs the simulators of Toss and of the mailbox: add "simulators" to one, or set JANGTEO_ENV=production.',
    )
  const [place] = fixedPlaces(host)
  return { origin: place!.origin, smtpUrl: `smtp://${host.address}:${host.port + 1}` }
}

/** The simulators that a host has announced; waited for, because hosts start together. */
const simulatorsIn = (
  registry: Registry,
  given: { readonly runtime: Runtime; readonly progress: (line: string) => void; readonly timeoutMs: number },
): Promise<RemoteSimulators> =>
  waitForDependency(
    'a host that runs the simulators',
    async () => {
      const [place] = registry.places('simulators')
      if (!place) throw new Error('none is in the registry: “serve simulators” starts one')
      const { hostname, port } = new URL(place.origin)
      return { origin: place.origin, smtpUrl: `smtp://${hostname}:${Number(port) + 1}` }
    },
    given,
  )

/** Where the public comes in, by the placement: the first gateway. */
const shopOriginOf = (placement: Placement | undefined): string | undefined => {
  const host = placement?.hosts.find((each) => each.edgePort !== undefined)
  return host && originAt(host.address === '127.0.0.1' ? 'localhost' : host.address, host.edgePort!)
}

/** The host's place in the network: registry, identity, tokens, TLS. */
const networkOf = (
  settings: ProcessSettings,
  runtime: Runtime,
  own: {
    readonly placement: Placement | undefined
    readonly placed: PlacedHost | undefined
    readonly name: string
    readonly port: number
    readonly runs: readonly string[]
    readonly progress: (line: string) => void
  },
): Network => {
  const { placement, placed, name, port, runs, progress } = own
  const timeoutMs = settings.JANGTEO_START_PATIENCE * 1_000
  const tls = internalTls(settings)
  const tokens = internalTokens(settings, runtime)
  if (tls && settings.mode === 'development')
    throw new CannotStart('The simulators are reached without TLS: JANGTEO_INTERNAL_TLS_* are for production.')
  const scheme = tls ? 'https' : 'http'
  const zone = settings.JANGTEO_ZONE || placed?.zone
  const version = settings.JANGTEO_VERSION || placed?.version
  return {
    openRegistry: (redis, log) =>
      openRegistry(placement, {
        redis,
        signing: leaseSigning(settings, runtime),
        runtime,
        log,
        scheme,
        progress,
        timeoutMs,
      }),
    runs,
    expectedHosts: expectedHosts(placement, { scheme }),
    tokens,
    tls,
    at: { host: settings.JANGTEO_INTERNAL_HOST, port },
    self: {
      host: name,
      origin: `${scheme}://${advertisedAddress(settings, placed, port)}`,
      weight: settings.JANGTEO_WEIGHT || (placed?.weight ?? ORDINARY_WEIGHT),
      ...(zone !== undefined && zone !== '' && { zone }),
      ...(version !== undefined && version !== '' && { version }),
    },
    grace: placement || settings.REDIS_URL !== '' ? settings.JANGTEO_LEAVE_GRACE : 0,
    shopOrigin: shopOriginOf(placement),
    simulators: placement
      ? async () => simulatorsOf(placement)
      : (registry) => simulatorsIn(registry, { runtime, progress, timeoutMs }),
  }
}

/** Starts a host that runs some of the shop and reaches the rest by the placement. Throws CannotStart for what a person can put right. */
export const serveHost = async (settings: ProcessSettings, options: ServeOptions): Promise<ServedHost> => {
  const { shop, runtime, progress, replica = 1 } = options
  const placement = options.placement === undefined ? undefined : placementFrom(options.placement, shop)
  const placed = placement && placedHost(placement, options)
  const runs = options.runs.length > 0 ? options.runs : (placed?.runs ?? [])
  const known = [...namesOf(shop), ...PARTS]
  const unknown = runs.filter((each) => !known.includes(each))
  if (unknown.length > 0 || runs.length === 0)
    throw new CannotStart(`${unknown.join(', ') || 'Nothing'} is no service: give some of ${known.join(', ')}.`)
  const simulated = settings.mode === 'development'
  if (runs.includes('simulators') && !simulated)
    throw new CannotStart('Simulators are for development: take "simulators" out of this host.')
  const isAlone = !placement && settings.REDIS_URL === ''
  if (isAlone) standsAlone([...runs, ...(simulated ? ['simulators'] : [])], options)

  const ports = placed ? portsOf(placed, replica) : { port: PORT }
  const port = options.port ?? ports.port
  const name = ownName(settings, placed, { replica, host: options.host, runs })
  const network = networkOf(settings, runtime, {
    placement,
    placed,
    name,
    port,
    runs,
    progress,
  })
  const has = (part: (typeof PARTS)[number]): boolean => runs.includes(part)
  const own = shop.filter((each) => runs.includes(each.contract.name))
  const assembled = await assemble(settings, {
    shop,
    liveSettings: options.liveSettings,
    runs: {
      services: own,
      gateway: has('gateway'),
      pages: has('pages'),
      simulators: has('simulators') || (isAlone && simulated && (own.length > 0 || has('gateway'))),
      database: has('database'),
    },
    network,
    edgePort: ports.edgePort ?? settings.PORT,
    runtime,
    progress,
    ...(options.onStep && { onStep: options.onStep }),
  })
  return { ...assembled, name, services: runs }
}
