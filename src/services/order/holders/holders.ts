import type { Draft, Holder, HoldRequest } from './holder.ts'
import { isRefusal } from '../placing/give-back.ts'

/** The holders of an order as one: walked forward to take, and backward to give back. */
export interface Holders {
  /**
   * Has each hold in turn; answers what the order is made of. Throws what a holder threw. `taken` is filled with the
   * holders that hold or may hold by then: one that refused is not among them, one whose answer was lost is.
   */
  hold(request: HoldRequest, taken: Holder[]): Promise<Draft>
  /** Secures the hold at each in turn. `RESERVATION_ENDED` where one of them has ended: what was secured stays so. */
  secure(holdId: string): Promise<void>
  /** Gives the hold back at all of them or at those named, last first; one that fails keeps none of the others from it. */
  release(holdId: string, taken?: readonly Holder[]): Promise<void>
}

/** Holders whose refusal uses up the name of a hold come last: what refuses first costs the least. */
export const holdersOf = (list: readonly Holder[]): Holders => ({
  hold: async (request, taken) => {
    let draft: Draft = { lines: [] }
    for (const holder of list) {
      taken.push(holder)
      try {
        draft = await holder.hold(request, draft)
      } catch (error) {
        if (isRefusal(error)) taken.pop()
        throw error
      }
    }
    return draft
  },
  secure: async (holdId) => {
    for (const holder of list) await holder.secure(holdId)
  },
  release: async (holdId, taken = list) => {
    const failures: unknown[] = []
    for (const holder of taken.toReversed())
      await holder.release(holdId).catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  },
})
