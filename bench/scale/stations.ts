import type { Clock } from './clock.ts'

/** Work that takes time on something. */
export type Work = (micros: number, then: () => void) => void

/** Some cores that all who want to run share evenly; nobody gets more than one. */
export interface Cores {
  /** A thread: does one piece of work after another. */
  thread(): Work
  /** Microseconds of work done so far, all together. */
  done(): number
}

interface Running {
  /** Reading of the shared meter at which it is done. */
  readonly until: number
  readonly tell: () => void
}

/**
 * Processor sharing: the meter tells how much each running thread has been given so far, so that who runs longest is
 * known without touching the others.
 */
export const coresOf = (clock: Clock, count: number): Cores => {
  const running: Running[] = []
  let meter = 0
  let read = 0
  let done = 0
  let planned = 0

  const speed = (): number => (running.length > count ? count / running.length : 1)
  const readMeter = (): void => {
    const given = (clock.now() - read) * 1_000 * speed()
    meter += given
    done += given * running.length
    read = clock.now()
  }
  /** Looks again when the next thread is done, unless another change comes before. */
  const plan = (): void => {
    const turn = ++planned
    if (running.length === 0) return
    const next = Math.min(...running.map((each) => each.until))
    clock.after(Math.max(0, next - meter) / speed() / 1_000, () => {
      if (turn !== planned) return
      readMeter()
      // What is done but for the last digits of a sum is done.
      const ended = running.filter((each) => each.until <= next + 1e-6)
      for (const each of ended) running.splice(running.indexOf(each), 1)
      plan()
      for (const each of ended) each.tell()
    })
  }

  return {
    thread: () => {
      const waiting: { micros: number; tell: () => void }[] = []
      let busy = false
      const begin = (): void => {
        const job = waiting.shift()
        if (!job) return
        busy = true
        readMeter()
        running.push({
          until: meter + job.micros,
          tell: () => {
            busy = false
            job.tell()
            if (!busy) begin()
          },
        })
        plan()
      }
      return (micros, then) => {
        waiting.push({ micros, tell: then })
        if (!busy) begin()
      }
    },
    done: () => {
      readMeter()
      return done
    },
  }
}

/** A disk that commits wait for: all who wait when it begins are served by one flush. */
export const diskOf = (clock: Clock, flushMs: number): { commit(then: () => void): void; flushes(): number } => {
  let waiting: (() => void)[] = []
  let busy = false
  let flushes = 0
  const flush = (): void => {
    if (busy || waiting.length === 0) return
    busy = true
    flushes++
    const served = waiting
    waiting = []
    clock.after(flushMs, () => {
      busy = false
      for (const each of served) each()
      flush()
    })
  }
  return {
    commit: (then) => {
      waiting.push(then)
      flush()
    },
    flushes: () => flushes,
  }
}

/**
 * Lanes as src/kernel/batch.ts has them: a free one takes at once whatever waits, up to `max`; while all are busy, calls
 * gather. `turn` is the end of the event loop's turn: calls of the same turn share a batch.
 */
export const lanesOf = (
  count: number,
  max: number,
  turn: (then: () => void) => void,
  run: (size: number, done: () => void) => void,
): ((then: () => void) => void) => {
  let waiting: (() => void)[] = []
  let free = count
  let scheduled = false
  const take = (): void => {
    scheduled = false
    while (free > 0 && waiting.length > 0) {
      const taken = waiting.slice(0, max)
      waiting = waiting.slice(max)
      free--
      run(taken.length, () => {
        free++
        for (const each of taken) each()
        schedule()
      })
    }
  }
  const schedule = (): void => {
    if (scheduled || free === 0 || waiting.length === 0) return
    scheduled = true
    turn(take)
  }
  return (then) => {
    waiting.push(then)
    schedule()
  }
}

/** Some connections that each serve one at a time; who finds none waits in order. */
export const connectionsOf = (threads: readonly Work[]): ((use: (work: Work, release: () => void) => void) => void) => {
  const free = [...threads]
  const waiting: ((work: Work, release: () => void) => void)[] = []
  const next = (): void => {
    if (free.length === 0 || waiting.length === 0) return
    const thread = free.pop()!
    waiting.shift()!(thread, () => {
      free.push(thread)
      next()
    })
  }
  return (use) => {
    waiting.push(use)
    next()
  }
}

/** Who asks first has it first; `hold` is told when it may begin, and tells when it is done. */
export const lockOf = (): ((hold: (release: () => void) => void) => void) => {
  const waiting: ((release: () => void) => void)[] = []
  let held = false
  const next = (): void => {
    const hold = waiting.shift()
    held = hold !== undefined
    hold?.(next)
  }
  return (hold) => {
    waiting.push(hold)
    if (!held) next()
  }
}
