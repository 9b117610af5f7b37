/** What an item of the cart is to become. */
export interface Wish {
  readonly quantity?: number
  readonly chosen?: boolean
}

export type Wishes = ReadonlyMap<string, Wish>

/** Writes to the cart: what was asked for is shown at once and sent in the background. */
export interface CartWrites {
  /** Asks for something; it is sent at once, or with the next request while one is under way. */
  set(skuId: string, wish: Wish): void
  /** What was last asked for of an item and may not be in the page's data yet. */
  of(skuId: string): Wish | undefined
  /** Asks no longer for anything of an item, because it is taken out. */
  drop(skuId: string): void
  /** Whether anything is on its way, or still to be sent. */
  readonly busy: boolean
  /** What no request carries yet. */
  readonly unsent: Wishes
  /** Resolves once everything asked for is saved; false when it could not be sent, which a later try may. */
  flush(): Promise<boolean>
  /** The page's data show what was asked for: nothing needs to be remembered. */
  settled(): void
}

const merged = (one: Wishes, other: Wishes): Map<string, Wish> => {
  const all = new Map(one)
  for (const [skuId, wish] of other) all.set(skuId, { ...all.get(skuId), ...wish })
  return all
}

/**
 * Sends what a cart is to become, one request at a time, so that an earlier wish never arrives after a later one. `send`
 * rejects when it could not be sent; `changed` is called whenever there is something else to show.
 */
export const cartWrites = (send: (wishes: Wishes) => Promise<void>, changed: () => void): CartWrites => {
  let waiting = new Map<string, Wish>()
  let asked = new Map<string, Wish>()
  let running: Promise<boolean> | undefined

  const run = async (): Promise<boolean> => {
    while (waiting.size > 0) {
      const sent = waiting
      waiting = new Map()
      try {
        await send(sent)
      } catch {
        waiting = merged(sent, waiting)
        return false
      }
    }
    return true
  }
  const flush = (): Promise<boolean> => {
    running ??= run().finally(() => {
      running = undefined
      changed()
    })
    return running
  }

  return {
    set: (skuId, wish) => {
      waiting = merged(waiting, new Map([[skuId, wish]]))
      asked = merged(asked, new Map([[skuId, wish]]))
      changed()
      void flush()
    },
    of: (skuId) => asked.get(skuId),
    drop: (skuId) => {
      waiting.delete(skuId)
      asked.delete(skuId)
    },
    get busy() {
      return running !== undefined
    },
    get unsent() {
      return waiting
    },
    flush,
    settled: () => {
      if (running || waiting.size > 0) return
      asked = new Map()
      changed()
    },
  }
}

/** The form in which `/cart/changes` takes wishes. */
export const formOf = (wishes: Wishes): URLSearchParams => {
  const form = new URLSearchParams()
  for (const [skuId, { quantity, chosen }] of wishes) {
    if (quantity !== undefined) form.append(`quantity.${skuId}`, String(quantity))
    if (chosen !== undefined) form.append('line', skuId)
    if (chosen) form.append('chosen', skuId)
  }
  return form
}
