/** In-process signals that a source has stored events: readers poll at once, and rarely otherwise. */
export interface EventSignals {
  wake(source: string): void
  on(source: string, listener: () => void): void
  /** Sources that have listeners. */
  sources(): readonly string[]
}

export const eventSignals = (): EventSignals => {
  const listeners = new Map<string, (() => void)[]>()
  return {
    wake: (source) => {
      for (const listener of listeners.get(source) ?? []) listener()
    },
    on: (source, listener) => {
      listeners.set(source, [...(listeners.get(source) ?? []), listener])
    },
    sources: () => [...listeners.keys()],
  }
}
