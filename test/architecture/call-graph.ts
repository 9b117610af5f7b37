/** For each service the services it calls. */
export type CallGraph = ReadonlyMap<string, readonly string[]>

/** The graph of calls, as each definition's `needs` declare it. */
export const callGraphOf = (
  services: readonly {
    readonly contract: { readonly name: string }
    readonly needs: Readonly<Record<string, unknown>>
  }[],
): CallGraph => new Map(services.map(({ contract, needs }) => [contract.name, Object.keys(needs).toSorted()]))

/** The first cycle found, from a service back to it: `['order', 'payment', 'order']`; undefined where there is none. */
export const cycleIn = (graph: CallGraph): readonly string[] | undefined => {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const at = path.indexOf(name)
    if (at >= 0) return [...path.slice(at), name]
    if (done.has(name)) return undefined
    for (const next of graph.get(name) ?? []) {
      const cycle = visit(next, [...path, name])
      if (cycle) return cycle
    }
    done.add(name)
    return undefined
  }
  for (const name of graph.keys()) {
    const cycle = visit(name, [])
    if (cycle) return cycle
  }
  return undefined
}

/** The calls between services that a Mermaid flowchart draws: `order --> product & payment`. Other nodes are left out. */
export const drawnCalls = (page: string, services: ReadonlySet<string>): CallGraph => {
  const calls = new Map<string, string[]>([...services].map((each) => [each, []]))
  for (const [, from, to] of page.matchAll(/^ *([a-z& ]+?) --> ([a-z& ]+)$/gm))
    for (const caller of from!.split(' & '))
      for (const callee of to!.split(' & ')) if (services.has(callee)) calls.get(caller)?.push(callee)
  return new Map([...calls].map(([name, called]) => [name, called.toSorted()]))
}
