/** What was opened one after another, and is closed in the opposite order. */
export interface CleanupStack {
  /** Remembers how to close what was just opened. */
  add(close: () => Promise<unknown>): void
  /** Closes everything; what fails to close does not keep the rest open. Rejects with the first failure. */
  all(): Promise<void>
}

export const closing = (): CleanupStack => {
  const steps: (() => Promise<unknown>)[] = []
  return {
    add: (close) => void steps.push(close),
    all: async () => {
      const failures: unknown[] = []
      for (const close of steps.splice(0).reverse()) await close().catch((error: unknown) => void failures.push(error))
      if (failures.length > 0) throw failures[0]
    },
  }
}
