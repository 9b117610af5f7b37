import { batchesOf, BUYING } from './batches.ts'
import type { Clock } from './clock.ts'
import type { Cost, Demand } from './fit.ts'
import { connectionsOf, type Cores, coresOf, diskOf, lanesOf, lockOf, type Work } from './stations.ts'

/** A shop to simulate. */
export interface Plan {
  readonly demand: Demand
  /** Processes of a kind; one where nothing is said. */
  readonly replicas?: Readonly<Record<string, number>>
  /** Cores all share, the database and the customers too; or cores of hosts and of databases apart. */
  readonly cores: number | { readonly hosts: number; readonly database: number }
  /** Every service a server of its own, with so many cores each, as `cores.database` says. */
  readonly databasePerService?: boolean
  readonly flushMs: number
  /** Milliseconds between two machines, one way. */
  readonly hopMs?: number
  /** Milliseconds Toss takes to answer. Without it our simulator of it answers, and takes what it takes. */
  readonly tossMs?: number
  /** All buy the same SKU. */
  readonly hotSku?: boolean
  /** Customers who buy one after another, or purchases that begin in a second whatever happens. */
  readonly arrivals: { readonly clients: number } | { readonly perSecond: number }
  readonly seconds: number
  readonly seed?: number
}

const REQUESTS = 4
const LANES = 2
const AT_MOST = 256
/** Connections of a service in a process that transactions use. */
const CONNECTIONS = 3
const NOTHING: Cost = { fixed: 0, item: 0 }
const HOSTS_OF_THE_EDGE = ['edge', 'gateway']

/** Database of a service, where its name is another. */
const databaseNameOf = (service: string): string => (service === 'simulators' ? 'simulator_toss' : service)

interface Server {
  readonly cores: Cores
  readonly disk: ReturnType<typeof diskOf>
}

/** A process without batches: work that finds it asleep pays for waking it. */
const waking = (thread: Work, { fixed, item }: Cost, times: number): ((then: () => void) => void) => {
  let open = 0
  return (then) =>
    thread((item + (open++ === 0 ? fixed : 0)) / times, () => {
      open--
      then()
    })
}

/** The stations of a shop, and how calls go through them. */
export const build = (clock: Clock, plan: Plan) => {
  const { demand, flushMs } = plan
  const together = typeof plan.cores === 'number' ? coresOf(clock, Math.max(0.1, plan.cores - demand.idle)) : undefined
  const apart = typeof plan.cores === 'number' ? { hosts: plan.cores, database: plan.cores } : plan.cores
  const hosts = together ?? coresOf(clock, apart.hosts)
  const newServer = (): Server => ({ cores: together ?? coresOf(clock, apart.database), disk: diskOf(clock, flushMs) })
  const shared = newServer()
  const servers = new Map<string, Server>()
  const serverOf = (service: string): Server => {
    if (!plan.databasePerService) return shared
    if (!servers.has(service)) servers.set(service, newServer())
    return servers.get(service)!
  }
  const hotRow = lockOf()

  const isOne = demand.processes['shop'] !== undefined
  const kinds = Object.keys(demand.processes).filter((each) => each !== 'load')
  const edge = isOne ? 'shop' : (kinds.find((each) => HOSTS_OF_THE_EDGE.includes(each)) ?? 'edge')
  const hosted = kinds.filter((each) => each !== edge && each !== 'shop')
  const stored = Object.keys(demand.database).filter((each) => each !== 'simulator_toss')
  const services = [...new Set([...BUYING, ...hosted, ...stored])]
  const kindOf = (service: string): string => (isOne ? 'shop' : service)

  /** How often a purchase touches a kind of process, and how many batches it runs there. */
  const inKind = (kind: string): readonly string[] => (isOne && kind === 'shop' ? services : [kind])
  const batchesIn = (kind: string): number => inKind(kind).reduce((sum, each) => sum + batchesOf(each).length, 0)
  const touchesOf = (kind: string): number =>
    (kind === edge ? REQUESTS : 0) + (kind === edge && !isOne ? 0 : batchesIn(kind))

  const costOf = (kind: string): Cost => demand.processes[kind] ?? NOTHING
  const threads = new Map<string, Work[]>()
  const threadsOf = (kind: string): Work[] => {
    if (!threads.has(kind))
      threads.set(
        kind,
        Array.from({ length: plan.replicas?.[kind] ?? 1 }, () => hosts.thread()),
      )
    return threads.get(kind)!
  }
  const turns = new Map<string, number>()
  const nextOf = (name: string, count: number): number => {
    const turn = (turns.get(name) ?? -1) + 1
    turns.set(name, turn)
    return turn % count
  }
  const hop = (then: () => void): void => (plan.hopMs && !isOne ? clock.after(plan.hopMs, then) : then())

  const pools = new Map<string, ReturnType<typeof connectionsOf>>()
  const poolOf = (service: string, process: number): ReturnType<typeof connectionsOf> => {
    const key = `${service} ${process}`
    if (!pools.has(key)) {
      const { cores } = serverOf(service)
      pools.set(key, connectionsOf(Array.from({ length: CONNECTIONS }, () => cores.thread())))
    }
    return pools.get(key)!
  }

  type Call = (then: () => void) => void
  const within = new Map<string, Call[]>()

  /** One batch of a service on one of its processes: some Node, some PostgreSQL, perhaps a commit. */
  const batchOf = (
    service: string,
    name: string,
    writes: boolean,
    thread: Work,
    connections: ReturnType<typeof connectionsOf>,
  ): Call => {
    const kind = kindOf(service)
    const node = costOf(kind)
    const database = demand.database[databaseNameOf(service)] ?? NOTHING
    const runs = batchesOf(service).length
    const { disk } = serverOf(service)
    const inDatabase = (size: number, done: () => void): void =>
      connections((work, release) =>
        work(database.fixed / runs + (size * database.item) / runs, () => {
          const end = (): void => {
            release()
            done()
          }
          if (writes) disk.commit(end)
          else end()
        }),
      )
    const run = (size: number, done: () => void): void =>
      thread(node.fixed / Math.max(1, batchesIn(kind)), () => {
        const after = (): void => (name === 'begin' ? securing(size, done) : done())
        if (plan.hotSku && name === 'reserve') hotRow((release) => inDatabase(size, () => (release(), after())))
        else inDatabase(size, after)
      })
    const gathered = lanesOf(name === 'follow' ? 1 : LANES, AT_MOST, (then) => thread(0, then), run)
    const item = node.item / touchesOf(kind)
    return (then) => thread(item, () => gathered(then))
  }

  /** The holds of all orders of a batch are secured before it is done. */
  const securing = (size: number, done: () => void): void => {
    let open = size
    for (let n = 0; n < size; n++) call('product', 'secure')(() => --open === 0 && done())
  }

  const callsOf = (service: string, name: string): Call[] => {
    const key = `${service}.${name}`
    if (!within.has(key)) {
      const { writes } = batchesOf(service).find((each) => each.name === name)!
      const calls = threadsOf(kindOf(service)).map((thread, at) =>
        batchOf(service, name, writes, thread, poolOf(service, at)),
      )
      within.set(key, calls)
    }
    return within.get(key)!
  }
  const call = (service: string, name: string): Call => {
    const calls = callsOf(service, name)
    const chosen = calls[nextOf(`${service}.${name}`, calls.length)]!
    return (then) => hop(() => chosen(() => hop(then)))
  }

  const atCustomers = waking(hosts.thread(), costOf('load'), REQUESTS)
  const customers: Call = together ? atCustomers : (then) => then()
  // Where the edge is a process of its own it runs no batches: what a purchase alone costs more is being woken for it.
  const desks = threadsOf(edge).map((thread) =>
    isOne
      ? (then: () => void) => thread(costOf(edge).item / touchesOf(edge), then)
      : waking(thread, costOf(edge), REQUESTS),
  )
  const atEdge: Call = (then) => desks[nextOf('edge', desks.length)]!(then)
  const request =
    (inside: Call): Call =>
    (then) =>
      customers(() => hop(() => atEdge(() => inside(() => hop(then)))))

  const toss: Call = (then) =>
    plan.tossMs === undefined ? call('simulators', 'confirm')(then) : clock.after(plan.tossMs, then)
  const approve: Call = (then) => (plan.tossMs === undefined ? request(call2('simulators', 'approve'))(then) : then())
  const inTurn = (...calls: readonly Call[]): Call =>
    calls.reduceRight<Call>(
      (rest, first) => (then) => first(() => rest(then)),
      (then) => then(),
    )

  const followers = services.filter((each) => batchesOf(each).some(({ name }) => name === 'follow'))
  const purchase = inTurn(
    request(inTurn(call2('order', 'answered'), call2('product', 'reserve'), call2('order', 'store'))),
    approve,
    request(
      inTurn(
        call2('payment', 'start'),
        call2('order', 'begin'),
        toss,
        call2('payment', 'capture'),
        call2('order', 'complete'),
      ),
    ),
    (then) => {
      for (const each of followers) call(each, 'follow')(() => {})
      then()
    },
    request(call2('order', 'find')),
  )
  /** Chooses the process at the time of the call. */
  function call2(service: string, name: string): Call {
    return (then) => call(service, name)(then)
  }
  const disks = (): number => [shared, ...servers.values()].reduce((sum, { disk }) => sum + disk.flushes(), 0)
  return { purchase, hosts, disks, cores: apart.hosts }
}
