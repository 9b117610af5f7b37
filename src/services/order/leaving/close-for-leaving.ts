import type { Client } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { openReason, type OpenOrders, type OpenReason } from '#services/member/contract.ts'
import type { payment } from '#services/payment/contract.ts'
import { close, findStandings, reopen, type Standing } from './leaving-store.ts'

/** Milliseconds orders are refused for while a membership is ended; longer than any withdrawal may take. */
export const CLOSED_FOR = 5 * 60_000
/** Milliseconds they are refused for after it was: longer than the last access token is good for. */
export const CLOSED_AFTER = 60 * 60_000
const DAY = 24 * 3_600_000
/** Orders asked about at once. */
const ASKED_AT_ONCE = 1_000
/** Orders named for each reason. */
const NAMED = 5

type Reasoned = Standing & { readonly reason: OpenReason }

/** Reasons as a person is shown them: those there are, with how many orders, and the newest. */
const shownReasons = (open: readonly Reasoned[]): OpenOrders =>
  openReason.options.flatMap((reason) => {
    const its = open.filter((each) => each.reason === reason)
    const orders = its.slice(0, NAMED).map(({ id, number }) => ({ id, number }))
    return its.length === 0 ? [] : [{ reason, count: its.length, orders }]
  })

/**
 * Takes no more orders of a member who is about to leave, then looks whether any order or payment of theirs is open: what
 * was being stored is seen, and what comes later is refused. If any is open, orders are taken again. A withdrawal that is
 * cut off leaves orders refused for some minutes, or until it is repeated.
 */
export const closingForLeaving = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly payment: Pick<Client<typeof payment>, 'unsettled'>
  /** Days after its payment for which an order counts as on its way. */
  readonly deliveryDays: () => number
}) => {
  const { db, runtime, payment, deliveryDays } = given

  /** What payments know that orders do not: money of an order that is over, and refunds under way of any. */
  const unsettled = async (settled: readonly Standing[]): Promise<Reasoned[]> => {
    const found: Reasoned[] = []
    for (let i = 0; i < settled.length; i += ASKED_AT_ONCE) {
      const some = new Map(settled.slice(i, i + ASKED_AT_ONCE).map((each) => [each.id, each]))
      for (const { orderId, state } of (await payment.unsettled({ orderIds: [...some.keys()] })).items) {
        const standing = some.get(orderId)!
        // The refund of an order that goes on was refused for good: its money stays, and is not owed.
        if (state === 'REFUSED' && !standing.ended) continue
        found.push({ ...standing, reason: state === 'OPEN' ? 'PAYMENT_UNDER_WAY' : 'UNREFUNDED' })
      }
    }
    return found
  }

  return async (memberId: string): Promise<{ readonly open: OpenOrders; readonly ordered: boolean }> => {
    const now = runtime.now()
    const until = now + CLOSED_FOR
    const standings = await db.tx('order.close-for-leaving', async (tx) => {
      await close(tx, memberId, until)
      return findStandings(tx, memberId, now - deliveryDays() * DAY)
    })
    const isOpen = (each: Standing): each is Reasoned => each.reason !== null
    const open = [...standings.filter(isOpen), ...(await unsettled(standings.filter((each) => !isOpen(each))))]
    if (open.length > 0) await reopen(db, memberId, until)
    return { open: shownReasons(open), ordered: standings.length > 0 }
  }
}
