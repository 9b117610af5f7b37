import type { Logger } from 'pino'
import { z } from 'zod'
import { microBatcher } from '#kernel/batch.ts'
import type { Database } from '#kernel/store.ts'
import type { endings } from '../capture/attempt-outcomes.ts'
import type { capturing } from '../capture/capture-attempt.ts'
import { paymentId, type PaymentRecord } from '../payment.ts'
import { findPayments, findPaymentsById, takeUp } from '../store.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { withContext } from '#kernel/context.ts'
import { systemContext } from '#kernel/call.ts'
import { Fault } from '#kernel/fault.ts'

const statusChanged = z.looseObject({
  eventType: z.literal('PAYMENT_STATUS_CHANGED'),
  data: z.looseObject({ paymentKey: z.string().max(200), orderId: z.string().max(64), status: z.string().optional() }),
})
// Flat, without event type or payment key.
const depositCallback = z.looseObject({ secret: z.string().max(50), status: z.string(), orderId: z.string().max(64) })

const uuid = z.uuid()

const isOpen = ({ state }: PaymentRecord): boolean => state === 'CONFIRMING' || state === 'AWAITING_DEPOSIT'

/**
 * Webhooks of Toss are not signed: each is only a hint that something changed, and what changed is asked with our own key.
 * A forged one costs a look-up and changes nothing. Answered 200 once the hint is followed or noted.
 */
export const webhooks = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly log: Logger
  readonly payments: ReturnType<typeof capturing>
  readonly end: ReturnType<typeof endings>
  readonly review: (payment: PaymentRecord) => Promise<void>
}) => {
  const { db, runtime, log, payments, end, review } = given

  const found = microBatcher<string, PaymentRecord | undefined>(
    { concurrency: 1, max: 256, name: 'payment.find' },
    async (ids) => {
      const payments = await findPaymentsById(db, ids)
      return ids.map((id) => payments.get(id))
    },
  )

  /** `said` is the status the hint claims: that a captured payment is DONE is no news, nor that a deposit is awaited. */
  const follow = async (attempt: PaymentRecord, said: string | undefined): Promise<void> => {
    const { state } = attempt
    if (state === 'REFUSED' || (state === 'CAPTURED' && said === 'DONE')) return
    if (state === 'AWAITING_DEPOSIT' && said === 'WAITING_FOR_DEPOSIT') return
    try {
      await withContext(systemContext('payment', runtime, 9_000), async () => {
        if (state === 'CAPTURED') return review(attempt)
        if (state === 'FAILED') return payments.reopen(attempt)
        const open = await takeUp(db, attempt.id, runtime.now() + 20_000)
        if (open && !payments.takesUp(open.id, said)) await payments.resume(open, open.id)
      })
    } catch (error) {
      // A refusal is stored with the attempt; anything else is tried again by reconciliation.
      if (!(error instanceof Fault)) throw error
    }
  }

  /**
   * The payment a deposit callback is about: the one with its secret, else one that is open and whose secret we do not
   * have yet, because the callback was faster than the answer that carries it. Nothing it says is believed either way.
   */
  const followDeposit = async ({ orderId, secret, status }: z.output<typeof depositCallback>): Promise<void> => {
    const attempts = await findPayments(db, { orderId })
    const match =
      attempts.find((each) => each.depositSecret === secret) ??
      attempts.find((each) => each.depositSecret === null && isOpen(each))
    if (match) return follow(match, status)
    if (attempts.some((each) => each.depositSecret !== null)) {
      log.warn({ orderId }, 'Ignored a deposit callback with a wrong secret')
      await end.anomaly('forged deposit callback', null, orderId, 'The secret is wrong')
    } else log.warn({ orderId }, 'A webhook speaks of a payment we did not begin')
  }

  return async (body: unknown): Promise<{ received: true }> => {
    const changed = statusChanged.safeParse(body)
    const deposit = depositCallback.safeParse(body)
    if (changed.success) {
      const { paymentKey, orderId, status } = changed.data.data
      const id = paymentId(paymentKey, orderId)
      if (payments.takesUp(id, status)) return { received: true }
      const attempt = uuid.safeParse(orderId).success ? await found.call(id) : undefined
      if (attempt) await follow(attempt, status)
      else log.warn({ orderId }, 'A webhook speaks of a payment we did not begin')
    } else if (deposit.success && uuid.safeParse(deposit.data.orderId).success) {
      await followDeposit(deposit.data)
    } else log.info('A webhook of another kind was ignored')
    return { received: true }
  }
}
