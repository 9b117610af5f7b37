/** Simulated time: what is to happen, in order; of what happens at the same instant, what was asked for first. */
export interface Clock {
  /** Milliseconds since the beginning. */
  now(): number
  after(ms: number, then: () => void): void
  /** Lets everything happen up to an instant. */
  runUntil(end: number): void
}

interface Due {
  readonly at: number
  readonly order: number
  readonly tell: () => void
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** A binary heap. */
const queue = () => {
  const heap: Due[] = []
  const swap = (a: number, b: number): void => {
    ;[heap[a], heap[b]] = [heap[b]!, heap[a]!]
  }
  return {
    first: (): Due | undefined => heap[0],
    put: (due: Due): void => {
      let at = heap.push(due) - 1
      for (let up = (at - 1) >> 1; at > 0 && isBefore(heap[at]!, heap[up]!); at = up, up = (at - 1) >> 1) swap(at, up)
    },
    take: (): Due => {
      const [taken] = heap
      const last = heap.pop()!
      if (heap.length > 0) {
        heap[0] = last
        for (let at = 0; ;) {
          const [left, right] = [2 * at + 1, 2 * at + 2]
          let least = at
          if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left
          if (right < heap.length && isBefore(heap[right]!, heap[least]!)) least = right
          if (least === at) break
          swap(at, least)
          at = least
        }
      }
      return taken!
    },
  }
}

export const clockOf = (): Clock => {
  const due = queue()
  let now = 0
  let order = 0
  return {
    now: () => now,
    after: (ms, then) => due.put({ at: now + ms, order: order++, tell: then }),
    runUntil: (end) => {
      for (let next = due.first(); next && next.at <= end; next = due.first()) {
        due.take()
        now = next.at
        next.tell()
      }
      now = end
    },
  }
}

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
export const chance = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
