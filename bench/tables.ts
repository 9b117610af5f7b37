import type { CallCost, InternalCall } from './inside.ts'
import type { Row, Run } from './run.ts'

const whole = (value: number): string => Math.round(value).toLocaleString('en')

/** What one topology showed, beside the limits of the same machine. */
export const tableOf = ({ rows }: Run): object =>
  Object.fromEntries(
    rows.map((row) => [
      row.name,
      {
        'per second': whole(row.perSecond),
        'p50 ms': row.p50.toFixed(1),
        'p99 ms': row.p99.toFixed(1),
        'shop CPU µs': whole(row.shopMicros),
        'database CPU µs': whole(row.databaseMicros),
        ...(rows.some((each) => each.engineMicros > 1_000) && { 'engines CPU µs': whole(row.engineMicros) }),
        calls: row.calls.toFixed(1),
        'limit per second': whole(row.limitPerSecond),
        'of the limit': `${(row.ratio * 100).toFixed(0)} %`,
      },
    ]),
  )

const cpuOf = (row: Row): number => row.shopMicros + row.databaseMicros + row.engineMicros

/** Topologies side by side: how fast, with how much processor in all, and how that compares with the first. */
export const sideBySide = (runs: readonly Run[]): object => {
  const [first, ...others] = runs
  return Object.fromEntries(
    first!.rows.map((row, n) => [
      row.name,
      {
        ...Object.fromEntries(
          runs.flatMap(({ topology, rows }) => [
            [`${topology}/s`, whole(rows[n]!.perSecond)],
            [`${topology} CPU µs`, whole(cpuOf(rows[n]!))],
          ]),
        ),
        ...Object.fromEntries(
          others.flatMap(({ topology, rows }) => [
            [`${topology} : ${first!.topology} speed`, (rows[n]!.perSecond / row.perSecond).toFixed(2)],
            [`${topology} : ${first!.topology} CPU`, (cpuOf(rows[n]!) / cpuOf(row)).toFixed(1)],
          ]),
        ),
      },
    ]),
  )
}

const costOf = ({ ourMicros, bareMicros, ratio }: CallCost): string =>
  `${whole(ourMicros)} µs CPU, ${ratio.toFixed(2)} times the bare one (${whole(bareMicros)} µs)`

/** What a call between hosts costs. */
export const insideOf = (runs: readonly Run[], call: InternalCall): readonly string[] => [
  `A call between hosts, one at a time: ${costOf(call.alone)}`,
  `A call between hosts, 64 at once: ${costOf(call.atOnce)}`,
  ...runs
    .filter((each) => each.reservation)
    .map(
      ({ topology, reservation }) =>
        `A remote reservation (${topology}): p50 ${reservation!.p50.toFixed(2)} ms, p99 ${reservation!.p99.toFixed(2)} ms`,
    ),
]
