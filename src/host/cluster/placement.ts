import { isIP } from 'node:net'
import { z } from 'zod'
import { CannotStart } from '#kernel/cannot-start.ts'
import { ORDINARY_WEIGHT } from '#kernel/remote/instances/registry.ts'

/** What a host can run besides services: the edge, its pages, the simulators, the embedded database. */
export const PARTS = ['gateway', 'pages', 'simulators', 'database'] as const
export type Part = (typeof PARTS)[number]

/** In `runs`: every service that no host names. A service that is new then runs there, and no placement need be changed. */
export const ALL_OTHERS = '*'

const port = (what: string) => z.int(what).min(1, what).max(65_535, what)
const PORT = 'give a port, a whole number from 1 to 65535'
const NAME = 'give a name of small letters, digits and dashes that starts with a letter'
const REPLICAS = 'give a whole number from 1 to 64'
const WEIGHT = 'give a whole number from 1 to 1000'
const WORD = 'give a text'

const hostSchema = z.strictObject({
  /** Its name, for people and for `--host`. */
  name: z.string(NAME).regex(/^[a-z][a-z0-9-]{0,40}$/, NAME),
  /** Services and parts it runs. */
  runs: z.array(z.string(WORD), 'give a list of services').min(1, 'give at least one service'),
  replicas: z.int(REPLICAS).min(1, REPLICAS).max(64, REPLICAS).default(1),
  /** An IP address or `localhost`: replicas take ports one after another. A DNS name: all that it names, on one port. */
  address: z.string(WORD).min(1, WORD).default('127.0.0.1'),
  /** Port other hosts call it on. */
  port: port(PORT),
  /** Port of the public, where it runs the gateway. */
  edgePort: port(PORT).optional(),
  weight: z.int(WEIGHT).min(1, WEIGHT).max(1_000, WEIGHT).default(ORDINARY_WEIGHT),
  zone: z.string(WORD).min(1, WORD).optional(),
  /** Version of the shop it runs, for canaries. */
  version: z.string(WORD).min(1, WORD).optional(),
})

/** A host as the placement names it. */
export type PlacedHost = z.output<typeof hostSchema>

/** Which host runs what, and where it is. */
export interface Placement {
  readonly hosts: readonly PlacedHost[]
}

const isStatic = ({ address }: PlacedHost): boolean => address === 'localhost' || isIP(address) !== 0

/** Whether its instances are found by asking DNS. */
export const isNamed = (host: PlacedHost): boolean => !isStatic(host)

/** Where a replica (from 1) takes calls and, with a gateway, the public. Behind a DNS name all have the same ports. */
export const portsOf = (host: PlacedHost, replica: number): { readonly port: number; readonly edgePort?: number } => {
  const step = isStatic(host) ? replica - 1 : 0
  return { port: host.port + step, ...(host.edgePort !== undefined && { edgePort: host.edgePort + step }) }
}

/** Every port a host's replicas take on an address, with what for. */
const takenBy = (host: PlacedHost): [string, string][] =>
  Array.from({ length: isStatic(host) ? host.replicas : 1 }, (_, n) => {
    const { port, edgePort } = portsOf(host, n + 1)
    const who = host.replicas > 1 ? `${host.name} ${n + 1}` : host.name
    return [
      [`${host.address}:${port}`, `${who} (calls)`],
      ...(edgePort === undefined ? [] : [[`${host.address}:${edgePort}`, `${who} (the public)`]]),
      ...(host.runs.includes('simulators') ? [[`${host.address}:${port + 1}`, `${who} (mailbox)`]] : []),
    ] as [string, string][]
  }).flat()

const mistakesOf = (host: PlacedHost, services: readonly string[]): string[] => {
  const { runs, replicas, edgePort } = host
  const known = [...services, ALL_OTHERS, ...PARTS]
  const has = (part: Part): boolean => runs.includes(part)
  return [
    ...runs
      .filter((each) => !known.includes(each))
      .map((each) => `runs "${each}", which is no service: give some of ${known.join(', ')}`),
    ...runs.filter((each, i) => runs.indexOf(each) !== i).map((each) => `runs ${each} twice: name it once`),
    ...(has('pages') && !has('gateway') ? ['runs pages without the gateway that serves them: add "gateway"'] : []),
    ...(has('gateway') && edgePort === undefined ? ['runs the gateway: give an "edgePort" for the public'] : []),
    ...(!has('gateway') && edgePort !== undefined ? ['has an edgePort but no gateway: take it out'] : []),
    ...(['simulators', 'database'] as const)
      .filter((part) => has(part) && replicas > 1)
      .map((part) => `runs ${part}, of which there can be one: give "replicas": 1`),
  ]
}

const mistakesTogether = (hosts: readonly PlacedHost[], services: readonly string[]): string[] => {
  const run = new Set(hosts.flatMap((each) => each.runs))
  const unnamed = services.filter((each) => !run.has(each))
  const defaults = hosts.filter((each) => each.runs.includes(ALL_OTHERS))
  const names = Map.groupBy(hosts, (each) => each.name)
  const taken = Map.groupBy(hosts.flatMap(takenBy), ([place]) => place)
  return [
    ...(defaults.length > 0
      ? []
      : unnamed.map(
          (each) => `no host runs ${each}: name it, or "${ALL_OTHERS}" for all others, in the "runs" of one`,
        )),
    ...(new Set(defaults.map((each) => each.runs.toSorted().join())).size > 1
      ? [
          `the hosts ${defaults.map((each) => each.name).join(' and ')} run "${ALL_OTHERS}" beside different others: give them the same "runs", or it to one`,
        ]
      : []),
    ...(unnamed.length > 0
      ? []
      : defaults
          .filter((each) => each.runs.length === 1)
          .map((each) => `host ${each.name} would run nothing, because others name every service: take it out`)),
    ...[...names]
      .filter(([, all]) => all.length > 1)
      .map(([name, all]) => `${all.length} hosts have the name ${name}: give each its own`),
    ...[...taken]
      .filter(([, all]) => all.length > 1)
      .map(([place, all]) => `${place} is meant for ${all.map(([, who]) => who).join(' and ')}: give one another port`),
  ]
}

const parsed = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CannotStart(`The placement ${where} is no JSON: ${(error as Error).message}`)
  }
}

/**
 * Reads a placement: JSON with a list `hosts`. Throws CannotStart with a line for each mistake and what would be right.
 * `services` are all of the shop: each must be placed, by its name or by `"*"`, which is answered as the names it stands for.
 */
export const readPlacement = (text: string, services: readonly string[], where: string): Placement => {
  const given = parsed(text, where)
  const outer = z.strictObject({ hosts: z.array(z.unknown(), 'give a list of hosts') }).safeParse(given)
  const mistakes: string[] = []
  if (!outer.success) mistakes.push(...outer.error.issues.map((each) => [...each.path, each.message].join(': ')))
  const hosts: PlacedHost[] = []
  for (const [i, each] of (outer.data?.hosts ?? []).entries()) {
    const name = (each as { name?: unknown } | null)?.name
    const who = typeof name === 'string' ? `host ${name}` : `hosts[${i}]`
    const host = hostSchema.safeParse(each)
    if (!host.success)
      mistakes.push(...host.error.issues.map((issue) => `${[who, ...issue.path].join('.')}: ${issue.message}`))
    else {
      mistakes.push(...mistakesOf(host.data, services).map((mistake) => `${who} ${mistake}`))
      hosts.push(host.data)
    }
  }
  // What no host seems to run may be in one that could not be read.
  if (outer.success && hosts.length === outer.data.hosts.length) mistakes.push(...mistakesTogether(hosts, services))
  if (mistakes.length > 0)
    throw new CannotStart(`The placement ${where} is not right:\n${mistakes.map((each) => `  - ${each}`).join('\n')}`)
  const named = new Set(hosts.flatMap((each) => each.runs))
  const others = services.filter((each) => !named.has(each))
  return {
    hosts: hosts.map((host) => ({
      ...host,
      runs: host.runs.flatMap((each) => (each === ALL_OTHERS ? others : [each])),
    })),
  }
}
