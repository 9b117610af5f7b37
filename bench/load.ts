import type { Connection } from './http-client.ts'

/** What a load measured. Milliseconds. */
export interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly count: number
  readonly seconds: number
}

const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0

/** What a list of times in milliseconds says. */
export const summarize = (times: readonly number[], seconds: number): Measured => {
  const sorted = Float64Array.from(times).sort()
  return {
    perSecond: times.length / seconds,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    count: times.length,
    seconds,
  }
}

/**
 * A closed loop: every connection does one thing after another for some seconds. `act` throws when the outcome is not
 * what it must be, and then the whole run fails: a figure without its outcome is worth nothing.
 */
export const closedLoop = async (
  connections: readonly Connection[],
  seconds: number,
  act: (connection: Connection, who: number, turn: number) => Promise<void>,
): Promise<Measured> => {
  const times: number[] = []
  const began = performance.now()
  const until = began + seconds * 1_000
  await Promise.all(
    connections.map(async (connection, who) => {
      for (let turn = 0; performance.now() < until; turn++) {
        const start = performance.now()
        await act(connection, who, turn)
        times.push(performance.now() - start)
      }
    }),
  )
  return summarize(times, (performance.now() - began) / 1_000)
}
