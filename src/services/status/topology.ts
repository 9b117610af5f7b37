import { instant } from '#kernel/contract.ts'
import type { HostSeen, HostState } from '#kernel/reports/platform.ts'
import type { Edge, Flow, Health, Node, Topology } from './contract.ts'

/** Parts of a host that answer no calls of their own. */
const NO_NODES = new Set(['pages', 'simulators', 'database'])

/** `database of order` is about the one engine all databases are. */
const engineOf = (check: string): string => (check.startsWith('database of ') ? 'postgresql' : check)

const healthOf = (states: readonly HostState[]): Health => {
  const up = states.filter((each) => each === 'up').length
  return up === states.length ? 'up' : up > 0 ? 'degraded' : 'down'
}

/** Counts of a host that fell silent are of another minute. */
const answering = (hosts: readonly HostSeen[]) =>
  hosts.flatMap((host) => (host.state !== 'silent' && host.report ? [{ host, report: host.report }] : []))

const nodesOf = (hosts: readonly HostSeen[]): Node[] => {
  const names = [...new Set(hosts.flatMap((each) => each.report?.runs ?? each.runs))].filter(
    (each) => !NO_NODES.has(each),
  )
  return names.map((name) => {
    const running = hosts.filter((each) => (each.report?.runs ?? each.runs).includes(name))
    const counted = answering(hosts).flatMap(({ report }) => report.operations.filter((each) => each.service === name))
    return {
      name,
      state: healthOf(running.map((each) => each.state)),
      hosts: running.map((each) => ({ id: each.id, name: each.name, state: each.state })),
      calls: counted.reduce((sum, each) => sum + each.calls, 0),
      errors: counted.reduce((sum, each) => sum + each.errors, 0),
    }
  })
}

const most = (values: readonly (number | null)[]): number | null =>
  values.reduce((max, each) => (each === null ? max : Math.max(max ?? 0, each)), null)

const merged = (all: readonly Edge[]): Edge => {
  const calls = all.reduce((sum, each) => sum + each.calls, 0)
  // Medians cannot be added: weighted by calls their mean is near, and of the slowest calls the slowest count.
  const p50 = all.reduce((sum, each) => sum + (each.p50 ?? 0) * each.calls, 0) / Math.max(1, calls)
  return {
    from: all[0]!.from,
    to: all[0]!.to,
    calls,
    errors: all.reduce((sum, each) => sum + each.errors, 0),
    p50: calls === 0 ? null : Number(p50.toPrecision(3)),
    p99: most(all.map((each) => each.p99)),
  }
}

const edgesOf = (hosts: readonly HostSeen[]): Edge[] => {
  const all = answering(hosts).flatMap(({ report }) => report.edges)
  return [...Map.groupBy(all, ({ from, to }) => `${from} ${to}`).values()].map(merged)
}

/** Replicas read with one cursor: of what they tell, the most counts. */
const flowsOf = (hosts: readonly HostSeen[]): Flow[] => {
  const all = answering(hosts).flatMap(({ report }) => report.lags)
  const groups = Map.groupBy(all, ({ service, consumer, source }) => `${service} ${consumer} ${source}`)
  return [...groups.values()].map((same) => {
    const worst = same.toSorted((a, b) => (b.behind ?? -1) - (a.behind ?? -1))[0]!
    return {
      from: worst.source,
      to: worst.service,
      consumer: worst.consumer,
      behind: worst.behind,
      since: worst.since,
    }
  })
}

const enginesOf = (hosts: readonly HostSeen[]): Topology['engines'] => {
  const checks = answering(hosts).flatMap(({ host, report }) =>
    report.checks.map((check) => ({ engine: engineOf(check.name), host: host.name, up: check.status === 'up' })),
  )
  return [...Map.groupBy(checks, (each) => each.engine)].map(([name, all]) => {
    const down = [...new Set(all.filter((each) => !each.up).map((each) => each.host))]
    const up = [...new Set(all.map((each) => each.host))].filter((each) => !down.includes(each))
    return { name, up, down, state: down.length === 0 ? 'up' : up.length > 0 ? 'degraded' : 'down' }
  })
}

/** The picture of the shop, put together from what its hosts tell. */
export const topologyOf = (hosts: readonly HostSeen[], now: number): Topology => ({
  at: instant(now),
  nodes: nodesOf(hosts),
  edges: edgesOf(hosts),
  flows: flowsOf(hosts),
  engines: enginesOf(hosts),
  silent: hosts.filter((each) => each.state === 'silent').map((each) => each.name),
})
