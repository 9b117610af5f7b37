import { allServices, type TestHosts } from '../support/processes/hosts.ts'

const APART = ['product', 'order', 'payment']

/** The hosts of the fault runs: each kind twice, so that one may die; the order host has room for a third. */
export const hosts: TestHosts = [
  { name: 'outside', runs: ['simulators'] },
  { name: 'front', runs: allServices.filter((each) => !APART.includes(each)), replicas: 2 },
  { name: 'product', runs: ['product'], replicas: 2 },
  { name: 'order', runs: ['order'], replicas: 3 },
  { name: 'payment', runs: ['payment'], replicas: 2 },
  { name: 'edge', runs: ['gateway'], replicas: 2 },
]

/** Replicas that run from the beginning. */
export const RUNNING = 2

/** A replica of a host and its ports: where it listens, and where others reach it through a proxy. */
export interface Place {
  readonly host: string
  readonly replica: number
  readonly listens: number
  readonly reached: number
}

/**
 * Ports for all replicas from `first` on: those others use stand in the placement, those the hosts listen on come after
 * them. The edge's public ports and the mailbox lie between.
 */
export const placesFrom = (first: number) => {
  let next = first
  const take = (count: number): number => (next += count) - count
  const placed = hosts.map((host) => {
    const replicas = host.replicas ?? 1
    return {
      ...host,
      // The mailbox of the simulators has the port next to theirs.
      port: take(host.runs.includes('simulators') ? 2 : replicas),
      ...(host.runs.includes('gateway') && { edgePort: take(replicas) }),
    }
  })
  const places: Place[] = placed.flatMap((host) =>
    Array.from({ length: host.replicas ?? 1 }, (_, n) => ({
      host: host.name,
      replica: n + 1,
      reached: host.port + n,
      // Who looks for the simulators looks for their mailbox next to them: they have nothing in between.
      listens: host.runs.includes('simulators') ? host.port : take(1),
    })),
  )
  return { placed, places }
}

/** Ports that are needed at most. */
export const PORTS = 40
