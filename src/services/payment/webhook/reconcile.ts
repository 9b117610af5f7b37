import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import type { endings } from '../capture/attempt-outcomes.ts'
import type { PaymentRecord } from '../payment.ts'
import type { refunding } from '../refund/refund.ts'
import { isAtProvider } from '../refund/refund-store.ts'
import { claimReviews, dueReview, endReview } from './reconcile-store.ts'
import type { TossClient } from '../toss/client.ts'

/**
 * Looks again at captured payments, because something is said to have changed at Toss: money given back at its console is
 * booked like a refund of ours; a deposit that was taken back is for a person to see. What cannot be looked at now, because
 * Toss does not answer or a refund of ours is there, is looked at later, whatever becomes of this process.
 */
export const reviewing = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly toss: TossClient
  readonly refunds: ReturnType<typeof refunding>
  readonly end: ReturnType<typeof endings>
}) => {
  const { db, runtime, toss, refunds, end } = given

  /** Answers whether it could be looked at. */
  const look = async ({ id, paymentKey, orderId }: PaymentRecord): Promise<boolean> => {
    if (await isAtProvider(db, id)) return false
    const answer = await toss.find(paymentKey)
    if (answer.kind !== 'payment') return false
    const { status, totalAmount } = answer.payment
    if (status === 'WAITING_FOR_DEPOSIT')
      await end.anomaly('a deposit was taken back', paymentKey, orderId, `Toss waits for ${totalAmount} won again`)
    else if ((await refunds.adopt(id, answer.payment)) === 'later') return false
    return true
  }

  return {
    review: async (payment: PaymentRecord): Promise<void> => {
      if (!(await look(payment))) await dueReview(db, payment.id, runtime.now())
    },
    /** Looks at payments that are due; answers how many could be. */
    reviewDue: async (now: number, limit: number): Promise<number> => {
      const due = await claimReviews(db, now, limit)
      const looked = await Promise.all(
        due.map(async (each) => {
          const done = await look(each.payment)
          if (done) await endReview(db, each)
          return done
        }),
      )
      return looked.filter(Boolean).length
    },
  }
}
