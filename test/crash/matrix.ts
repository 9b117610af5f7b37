import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/eventually.ts'
import { type Lane, openLane } from './lane.ts'

/** What a customer does once the shop is back. */
export type Habit = 'retries' | 'does nothing' | 'lets the webhook come'

/** A customer in one case; `C` is what the flow knows of it. */
export interface Customer<C> {
  readonly index: number
  readonly habit: Habit
  readonly case: C
}

/** When and how the shop is killed in a case. */
export interface Killing {
  /** The durable step, or what goes on just then. */
  readonly at: string
  readonly moment: string
  arm(lane: Lane): Promise<unknown> | void
  /** Resolves once the shop is dead; fails where it never comes to that. */
  struck(lane: Lane, orders: readonly string[]): Promise<void>
  /** Takes away what was set up for it, once the shop is back. */
  calm?(lane: Lane): Promise<unknown>
}

const atStep = (step: string, moment: 'before' | 'after'): Killing => ({
  at: step,
  moment,
  arm: (lane) => lane.arm(`${step}:${moment}`),
  struck: (lane) => lane.struck(`${step}:${moment}`),
})

/** Something customers do, in the middle of which the shop is killed. */
export interface Flow<C> {
  readonly name: string
  /** Durable steps on its way; each is struck before and after its commit. */
  readonly steps: readonly string[]
  /** Other instants to kill it at. */
  readonly also?: readonly Killing[]
  readonly habits: readonly Habit[]
  /** Brings a customer to where the flow begins. */
  prepare(lane: Lane, index: number): Promise<C>
  /** Once all are there; without it they settle first. */
  ready?(lane: Lane): Promise<unknown>
  /** What is struck. It may fail in any way: the shop dies under it. */
  act(lane: Lane, customer: Customer<C>): Promise<unknown>
  /** What the customer does once the shop is back. */
  afterwards(lane: Lane, customer: Customer<C>): Promise<unknown>
  /** How it ended, in words; fails where that may not be. */
  outcome(lane: Lane, customer: Customer<C>): Promise<string>
}

const summary = <C>(customers: readonly Customer<C>[], outcomes: readonly string[]): string =>
  [...Map.groupBy(customers, (each) => each.habit)]
    .map(([habit, some]) => `${habit}: ${some.map((each) => outcomes[customers.indexOf(each)]).join(', ')}`)
    .join(' · ')

/** Seconds for which a customer who is asked to come back does so, and milliseconds until the next time. */
const PATIENCE = 60
const AGAIN = 200

/** Does what may be repeated again as long as the shop says that it is only busy, as a customer would. */
const persist = (act: () => Promise<unknown>): Promise<void> =>
  eventually(
    () =>
      act().then(
        () => true,
        (error: Error) => {
          if (!/: 50[34] /.test(error.message)) throw error
          return sleep(AGAIN, false)
        },
      ),
    'a shop that was busy does what it is asked',
    PATIENCE,
  )

/** One case: kills the shop at a point, starts it again, lets it settle, audits, and looks at how it ended for everybody. */
const strike = async <C>(lane: Lane, flow: Flow<C>, killing: Killing): Promise<string> => {
  const customers: Customer<C>[] = await Promise.all(
    flow.habits.map(async (habit, index) => ({ index, habit, case: await flow.prepare(lane, index) })),
  )
  await (flow.ready ? flow.ready(lane) : lane.settle(false))
  await killing.arm(lane)
  const acts = Promise.allSettled(customers.map((each) => flow.act(lane, each)))
  await killing.struck(lane, lane.acknowledged.slice(-customers.length))
  await acts
  await lane.restart()
  await killing.calm?.(lane)
  await Promise.all(customers.map((each) => persist(() => flow.afterwards(lane, each))))
  await lane.settle()
  return summary(customers, await Promise.all(customers.map((each) => flow.outcome(lane, each))))
}

/** The steps a flow is struck at, for the test that none is missing. */
export const stepsOf = (flows: readonly Flow<any>[]): string[] => flows.flatMap((each) => each.steps)

/** Runs flows through the matrix, one test for each step and moment, and prints it as a table. */
export const crashMatrix = (flows: readonly Flow<any>[]): void => {
  const members = Math.max(...flows.map((each) => each.habits.length))
  const table: string[][] = [['flow', 'killed at', 'moment', 'how it ended, audited']]
  let lane: Promise<Lane> | undefined
  let broken = false

  for (const flow of flows) {
    const steps = flow.steps.flatMap((step) => [atStep(step, 'before'), atStep(step, 'after')])
    for (const killing of [...steps, ...(flow.also ?? [])])
      test(`${flow.name}, killed ${killing.moment} ${killing.at}`, async () => {
        assert.ok(!broken, 'an earlier case left the shop in a state from which nothing can be said')
        broken = true
        const ended = await strike(await (lane ??= openLane(members)), flow, killing)
        broken = false
        table.push([flow.name, killing.at, killing.moment, ended])
      })
  }

  after(() => {
    const widths = [0, 1, 2].map((i) => Math.max(...table.map((row) => row[i]!.length)))
    const lines = table.map((row) => row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]!) : cell)).join('  '))
    console.log(`\n${lines.join('\n')}\n`)
  })
}
