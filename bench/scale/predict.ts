import { isOutside, type Costs, type TopologyCosts } from '../costs/costs.ts'
import { figure, markdown } from '../costs/tables.ts'
import { fit } from './fit.ts'
import { type Outcome, simulate } from './simulate.ts'

/** A level as it was measured, and as the simulation has it. */
export interface Checked {
  readonly topology: string
  readonly clients: number
  /** Whether the model was made of this very level, or had not seen it. */
  readonly seen: boolean
  readonly measured: { readonly perSecond: number; readonly p50: number; readonly p99: number }
  readonly simulated: Outcome
}

/** Processes of each kind that can have several. */
export const replicasOf = ({ kinds }: TopologyCosts): Record<string, number> =>
  Object.fromEntries(
    Object.entries(kinds)
      .filter(([kind]) => !isOutside(kind))
      .map(([kind, { processes }]) => [kind, processes]),
  )

/** Simulates every level that was measured, on as many cores as there were. */
export const check = (costs: Costs, seconds = 3): readonly Checked[] =>
  costs.topologies.flatMap((each) => {
    const demand = fit(each, 'meanwhile')
    return each.levels.map((level, at) => ({
      topology: each.topology,
      clients: level.clients,
      seen: at === 0 || at === each.levels.length - 1,
      measured: level,
      simulated: simulate({
        demand,
        replicas: replicasOf(each),
        // Those that others left, or those it had: beside others it may get more than they leave.
        cores: Math.max(level.busy, costs.machine.cores - level.othersBusy),
        flushMs: costs.flushMs,
        arrivals: { clients: level.clients },
        seconds,
      }),
    }))
  })

/** How far the simulation is from what was measured, in percent of that. */
export const errorOf = (simulated: number, measured: number): number => ((simulated - measured) / measured) * 100

const error = (simulated: number, measured: number): string => {
  const percent = Math.round(errorOf(simulated, measured))
  return `${percent > 0 ? '+' : ''}${percent} %`
}

/** The check as a table. */
export const checkTable = (checked: readonly Checked[]): string =>
  markdown(
    [
      'topology, customers',
      'model made of it',
      'measured/s',
      'simulated/s',
      'error',
      'p50 ms: measured',
      'simulated',
      'error',
      'p99 ms: measured',
      'simulated',
      'error',
    ],
    checked.map(({ topology, clients, seen, measured, simulated }) => [
      `${topology}, ${clients}`,
      seen ? 'yes' : 'no',
      ...(['perSecond', 'p50', 'p99'] as const).flatMap((name) => [
        figure(measured[name]),
        figure(simulated[name]),
        error(simulated[name], measured[name]),
      ]),
    ]),
  )
