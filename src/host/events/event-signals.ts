/** Tells readers in this process that a source has stored events, so that they look at once and need not poll hard. */
export interface EventSignals {
  wake(source: string): void
  on(source: string, listener: () => void): void
  /** Sources somebody listens to. */
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
