/** Which methods a path takes: for 405, `Allow`, `OPTIONS` and preflights. Asked only where no route takes a request. */
export interface AllowedMethods {
  /** Adds a route by its pattern: `/api/orders/:id`. One with a wildcard says nothing of what exists below it. */
  readonly add: (pattern: string, methods: readonly string[]) => void
  /** Adds paths that no pattern tells of. */
  readonly addPaths: (methodsOf: (path: string) => readonly string[]) => void
  /** The methods of a normalised path, in order; none where nothing exists. */
  readonly of: (path: string) => readonly string[]
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const matcherOf = (pattern: string): RegExp => new RegExp(`^${pattern.split(/:\w+/).map(literal).join('[^/]+')}$`)

/** Starts with no path at all. */
export const allowedMethods = (): AllowedMethods => {
  const known = new Map<string, { readonly matches: RegExp; readonly methods: Set<string> }>()
  const others: ((path: string) => readonly string[])[] = []
  return {
    add: (pattern, methods) => {
      if (pattern.includes('*')) return
      let entry = known.get(pattern)
      if (!entry) known.set(pattern, (entry = { matches: matcherOf(pattern), methods: new Set() }))
      for (const each of methods) entry.methods.add(each)
    },
    addPaths: (methodsOf) => void others.push(methodsOf),
    of: (path) => {
      const found = new Set(others.flatMap((each) => each(path)))
      for (const { matches, methods } of known.values())
        if (matches.test(path)) for (const each of methods) found.add(each)
      return [...found].sort()
    },
  }
}
