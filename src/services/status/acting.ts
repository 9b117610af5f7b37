import type { CallContext } from '#kernel/context.ts'
import { Fault } from '#kernel/fault.ts'
import type { Tools } from '#kernel/service.ts'
import type { Action } from './contract.ts'
import { putAction, settleAction } from './store.ts'

/** What is done, to what, and why. */
export type Deed = Pick<Action, 'what' | 'target' | 'value' | 'reason'>

/** Does something to running hosts once it is written down who wants it and why; then writes down how it went. */
export type Act = <T>(
  deed: Deed,
  context: Pick<CallContext, 'actor'>,
  work: () => Promise<{ readonly outcome: string; readonly answer: T }>,
) => Promise<T>

export const acting =
  ({ db, runtime, log }: Pick<Tools, 'db' | 'runtime' | 'log'>): Act =>
  async (deed, { actor }, work) => {
    const id = runtime.id()
    const memberId = 'memberId' in actor ? actor.memberId : null
    await db.query(putAction({ id, memberId, ...deed }, runtime.now()))
    const settle = (outcome: string): Promise<unknown> =>
      db.query(settleAction(id, outcome)).catch((error: unknown) => {
        log.warn({ err: error, action: id, outcome }, 'How an action of staff went could not be written down')
      })
    try {
      const { outcome, answer } = await work()
      log.info({ action: id, memberId, ...deed, outcome }, 'Staff changed running hosts')
      await settle(outcome)
      return answer
    } catch (error) {
      await settle(error instanceof Fault ? error.code : 'FAILED')
      throw error
    }
  }
