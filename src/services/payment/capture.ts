import { lanes } from '#kernel/batch.ts'
import { instant } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { paymentCaptured, paymentFailed } from './contract.ts'
import type { PaymentRecord } from './payment.ts'
import { type Capture, markAwaiting, markCaptured, markEnded, noteAnomaly, post } from './store.ts'
import type { TossPayment } from './toss/answers.ts'

/** Writes down how attempts ended. Each ending is stored once, with its ledger entry and event, whoever brings the news and however often. */
export const endings = (given: { readonly db: Database; readonly runtime: Runtime }) => {
  const { db, runtime } = given

  const captures = lanes<Capture & { readonly memberId: string }, true>(
    { lanes: 2, max: 256, name: 'payment.store-capture' },
    async (entries) => {
      const byId = new Map(entries.map((each) => [each.id, each]))
      // The same payment may be reported by the return page and by the webhook within one batch.
      const once = [...byId.values()]
      await db.tx('payment.capture', async (tx) => {
        const now = runtime.now()
        const captured = await markCaptured(tx, once)
        await Promise.all([
          post(
            tx,
            captured.map((each) => ({
              entryId: derivedId('captured', each.id),
              paymentId: each.id,
              orderId: each.orderId,
              amount: each.amount,
              at: now,
            })),
          ),
          tx.emitAll(
            paymentCaptured,
            captured.map((each) => ({
              paymentId: each.id,
              orderId: each.orderId,
              paymentKey: each.paymentKey,
              memberId: byId.get(each.id)!.memberId,
              amount: each.amount,
              method: each.method,
              at: instant(each.capturedAt!),
            })),
            captured.map((each) => byId.get(each.id)),
          ),
        ])
      })
      return entries.map(() => true)
    },
  )

  return {
    capture: async (attempt: PaymentRecord, memberId: string, payment: TossPayment): Promise<Capture> => {
      const approved = payment.approvedAt ? Date.parse(payment.approvedAt) : Number.NaN
      const capture: Capture = {
        id: attempt.id,
        method: payment.method ?? null,
        receiptUrl: payment.receipt?.url ?? null,
        capturedAt: Number.isNaN(approved) ? runtime.now() : approved,
      }
      await captures.call({ ...capture, memberId })
      return capture
    },

    /** No money moved, and none will: the order becomes payable again by the event at the latest. */
    fail: (attempt: PaymentRecord, memberId: string, code: string, message: string): Promise<boolean> =>
      db.tx('payment.fail', async (tx) => {
        const ended = await markEnded(tx, attempt.id, 'FAILED', code, message)
        if (!ended) return false
        const { id, orderId, paymentKey } = ended
        await tx.emit(paymentFailed, { paymentId: id, orderId, paymentKey, memberId, code, at: instant(runtime.now()) })
        return true
      }),

    /** We turned the attempt down before asking the provider. */
    refuse: (attempt: PaymentRecord, code: string, message: string) =>
      markEnded(db, attempt.id, 'REFUSED', code, message),

    awaitDeposit: (attempt: PaymentRecord, payment: TossPayment) =>
      markAwaiting(db, attempt.id, payment.secret ?? null, payment.method ?? null, runtime.now() + 60_000),

    anomaly: (kind: string, paymentKey: string | null, orderId: string | null, detail: string) =>
      noteAnomaly(db, {
        id: derivedId('anomaly', kind, paymentKey ?? '', orderId ?? '', detail),
        kind,
        paymentKey,
        orderId,
        detail,
        at: runtime.now(),
      }),
  }
}
