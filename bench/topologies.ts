import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemRuntime } from '#kernel/runtime.ts'
import { shop } from '#src/shop.ts'
import { cpuOfTree, startProgram } from './processes.ts'
import { freePorts } from './ports.ts'

/** A shop under load, whatever it is made of. */
export interface BenchShop {
  /** Where the public comes in; one after another takes its part of the customers. */
  readonly origins: readonly string[]
  /** Where hosts take calls; empty when there is but one process. */
  readonly inside: readonly { readonly runs: readonly string[]; readonly origin: string }[]
  /** The process it was started by; the others are below it. */
  readonly pid: number
  /** Seconds of processor used by the shop's own processes, and by the engines it started. */
  cpu(): { readonly shop: number; readonly engines: number }
  stop(): Promise<void>
}

type Env = Readonly<Record<string, string>>
interface Host {
  readonly name: string
  readonly runs: readonly string[]
  readonly replicas?: number
}

const services = shop.map((each) => each.contract.name)
const TWICE = ['product', 'order']

/** The whole shop in each of two processes, on one database. */
const two: readonly Host[] = [
  { name: 'simulators', runs: ['simulators'] },
  { name: 'shop', runs: [...services, 'gateway'], replicas: 2 },
]

/** As `deploy/placements/cluster.json`, without pages: every service a process of its own. */
const split: readonly Host[] = [
  { name: 'simulators', runs: ['simulators'] },
  ...services.map((name): Host => ({ name, runs: [name], replicas: TWICE.includes(name) ? 2 : 1 })),
  { name: 'edge', runs: ['gateway'], replicas: 2 },
]

const PORTS_OF_A_REPLICA = 2

const startPlaced = async (hosts: readonly Host[], engines: string, env: Env): Promise<BenchShop> => {
  const count = hosts.reduce((sum, each) => sum + PORTS_OF_A_REPLICA * (each.replicas ?? 1), 0)
  let port = await freePorts(count, systemRuntime())
  const placed = hosts.map((host) => {
    const own = port
    const replicas = host.replicas ?? 1
    port += PORTS_OF_A_REPLICA * replicas
    return { ...host, replicas, port: own, ...(host.runs.includes('gateway') && { edgePort: own + replicas }) }
  })
  const file = join(env['JANGTEO_DATA']!, '..', 'placement.json')
  writeFileSync(file, JSON.stringify({ hosts: placed }))
  const program = await startProgram(['src/main.ts', 'cluster', '--placement', file, '--engines', engines], env)
  return {
    origins: placed.flatMap(({ edgePort, replicas }) =>
      edgePort === undefined ? [] : Array.from({ length: replicas }, (_, n) => `http://127.0.0.1:${edgePort + n}`),
    ),
    inside: placed.flatMap(({ runs, replicas, port: own }) =>
      Array.from({ length: replicas }, (_, n) => ({ runs, origin: `http://127.0.0.1:${own + n}` })),
    ),
    pid: program.pid,
    cpu: () => {
      const all = cpuOfTree(program.pid)
      const ours = cpuOfTree(program.pid, (command) => command.includes('src/main.ts'))
      return { shop: ours, engines: all - ours }
    },
    stop: program.stop,
  }
}

/** Ways to run the shop under load, all on the embedded PostgreSQL of the run. */
export const topologies: Readonly<Record<string, (env: Env) => Promise<BenchShop>>> = {
  one: async (env) => {
    const program = await startProgram(['src/main.ts', 'start'], env)
    return {
      origins: [program.origin],
      inside: [],
      pid: program.pid,
      cpu: () => ({ shop: cpuOfTree(program.pid), engines: 0 }),
      stop: program.stop,
    }
  },
  two: (env) => startPlaced(two, 'embedded', env),
  hosts: (env) => startPlaced(split, 'embedded', env),
  cluster: (env) => startPlaced(split, 'redis,kafka,opensearch,zipkin,prometheus', env),
}
