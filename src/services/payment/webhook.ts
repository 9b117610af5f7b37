import type { Logger } from 'pino'
import { z } from 'zod'
import { lanes } from '#kernel/batch.ts'
import type { Database } from '#kernel/store.ts'
import type { endings } from './capture.ts'
import type { confirming } from './confirm.ts'
import { paymentId, type PaymentRecord } from './payment.ts'
import { findPayments, findPaymentsById, takeUp } from './store.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { withContext } from '#kernel/context.ts'
import { systemContext } from '#kernel/call.ts'
import { Fault } from '#kernel/fault.ts'

const statusChanged = z.looseObject({
  eventType: z.literal('PAYMENT_STATUS_CHANGED'),
  data: z.looseObject({ paymentKey: z.string().max(200), orderId: z.string().max(64), status: z.string().optional() }),
})
// Flat, without event type or payment key (domain §1.9).
const depositCallback = z.looseObject({ secret: z.string().max(50), status: z.string(), orderId: z.string().max(64) })

const uuid = z.uuid()

/**
 * Webhooks of Toss are not signed: each is only a hint that something changed, and what changed is asked with our own key.
 * A forged one costs a look-up and changes nothing. Answered 200 once the hint is followed or noted.
 */
export const webhooks = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  readonly payments: ReturnType<typeof confirming>
  readonly end: ReturnType<typeof endings>
  readonly review: (payment: PaymentRecord) => Promise<void>
}) => {
  const { db, runtime, log, payments, end, review } = given

  const found = lanes<string, PaymentRecord | undefined>({ lanes: 1, max: 256, name: 'payment.find' }, async (ids) => {
    const payments = await findPaymentsById(db, ids)
    return ids.map((id) => payments.get(id))
  })

  /** `said` is the status the hint claims: that a captured payment is DONE is no news. */
  const follow = async (attempt: PaymentRecord, said: string | undefined): Promise<void> => {
    if (attempt.state === 'REFUSED' || (attempt.state === 'CAPTURED' && said === 'DONE')) return
    try {
      await withContext(systemContext('payment', runtime, 9_000), async () => {
        if (attempt.state === 'CAPTURED') return review(attempt)
        if (attempt.state === 'FAILED') return payments.reopen(attempt)
        const open = await takeUp(db, attempt.id, runtime.now() + 20_000)
        if (open && !payments.isUnderWay(open.id)) await payments.carryOn(open, open.id)
      })
    } catch (error) {
      // A refusal is stored with the attempt; anything else is tried again by reconciliation.
      if (!(error instanceof Fault)) throw error
    }
  }

  return async (body: unknown): Promise<{ received: true }> => {
    const changed = statusChanged.safeParse(body)
    const deposit = depositCallback.safeParse(body)
    if (changed.success) {
      const { paymentKey, orderId, status } = changed.data.data
      const id = paymentId(paymentKey, orderId)
      if (payments.isUnderWay(id)) return { received: true }
      const attempt = uuid.safeParse(orderId).success ? await found.call(id) : undefined
      if (attempt) await follow(attempt, status)
      else log.warn({ orderId }, 'A webhook speaks of a payment we did not begin')
    } else if (deposit.success && uuid.safeParse(deposit.data.orderId).success) {
      const waiting = (await findPayments(db, { orderId: deposit.data.orderId })).filter(
        (each) => each.depositSecret !== null,
      )
      const match = waiting.find((each) => each.depositSecret === deposit.data.secret)
      if (match) await follow(match, deposit.data.status)
      else {
        log.warn({ orderId: deposit.data.orderId }, 'A deposit callback with a wrong secret was ignored')
        await end.anomaly('forged deposit callback', null, deposit.data.orderId, 'The secret is wrong')
      }
    } else log.info('A webhook of another kind was ignored')
    return { received: true }
  }
}
