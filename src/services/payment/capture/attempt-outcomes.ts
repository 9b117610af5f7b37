import { microBatcher } from '#kernel/batch.ts'
import { instant } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Database, Queryable } from '#kernel/store.ts'
import { paymentAwaitingDeposit, paymentCaptured, paymentFailed } from '../contract.ts'
import { markAwaiting } from '../deposit/deposit-store.ts'
import type { PaymentRecord } from '../payment.ts'
import { type Capture, markCaptured, markEnded, noteAnomaly, post } from '../store.ts'
import { taxFreeOf, type TossPayment } from '../toss/answers.ts'
import { issuedAccount, sealIssued } from '../deposit/virtual-account.ts'

/** Milliseconds after which the provider is asked about a deposit that nothing was heard of: webhooks report most at once. */
const DEPOSIT_LOOK = 5 * 60_000
/** Milliseconds after a deposit was due at which the provider is asked what became of it: its clock is not ours. */
const AFTER_DUE = 2_000

/** The anomaly of money that no order can be paid with. It is noted once for each payment, whoever finds it out. */
export const NO_ORDER = 'captured for an order that cannot be paid'

/** Writes down how attempts ended. Each ending is stored once, with its ledger entry and event, whoever brings the news and however often. */
export const endings = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly secrets: Secrets
  /** Hours in which a deposit must arrive. */
  readonly depositHours: () => number
}) => {
  const { db, runtime, secrets, depositHours } = given

  const captures = microBatcher<Capture & { readonly memberId: string }, true>(
    { concurrency: 2, max: 256, name: 'payment.store-capture' },
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

  /** Notes something that needs a person, once, in the transaction or store it is given. */
  const anomalyIn = (
    store: Queryable,
    kind: string,
    paymentKey: string | null,
    orderId: string | null,
    detail: string,
  ): Promise<void> =>
    noteAnomaly(store, {
      id: derivedId('anomaly', kind, paymentKey ?? '', orderId ?? '', kind === NO_ORDER ? '' : detail),
      kind,
      paymentKey,
      orderId,
      detail,
      at: runtime.now(),
    })

  return {
    capture: async (attempt: PaymentRecord, memberId: string, payment: TossPayment): Promise<Capture> => {
      const approved = payment.approvedAt ? Date.parse(payment.approvedAt) : Number.NaN
      const capture: Capture = {
        id: attempt.id,
        method: payment.method ?? null,
        receiptUrl: payment.receipt?.url ?? null,
        capturedAt: Number.isNaN(approved) ? runtime.now() : approved,
        taxFreeAmount: taxFreeOf(payment),
      }
      await captures.call({ ...capture, memberId })
      return capture
    },

    /** No money moved, and none will: the order becomes payable again, or ends, by the event at the latest. */
    fail: (
      attempt: PaymentRecord,
      memberId: string,
      { code, message, overdue }: { readonly code: string; readonly message: string; readonly overdue?: boolean },
    ): Promise<boolean> =>
      db.tx('payment.fail', async (tx) => {
        const ended = await markEnded(tx, attempt.id, code, message)
        if (!ended) return false
        const { id, orderId, paymentKey } = ended
        await tx.emit(paymentFailed, {
          paymentId: id,
          orderId,
          paymentKey,
          memberId,
          code,
          ...(overdue && { overdue }),
          at: instant(runtime.now()),
        })
        return true
      }),

    /** A virtual account was issued: stored and reported once, however often it is seen. Nothing when the attempt has ended. */
    awaitDeposit: (
      attempt: PaymentRecord,
      memberId: string,
      payment: TossPayment,
    ): Promise<PaymentRecord | undefined> =>
      db.tx('payment.await-deposit', async (tx) => {
        const now = runtime.now()
        const account = issuedAccount(payment, now, depositHours())
        const dueAt = attempt.dueAt ?? account.dueAt
        const stored = await markAwaiting(tx, attempt.id, {
          secret: payment.secret ?? null,
          method: payment.method ?? null,
          bank: account.bank,
          account: sealIssued(secrets, attempt.id, account),
          dueAt,
          nextCheckAt: Math.max(now + AFTER_DUE, Math.min(dueAt + AFTER_DUE, now + DEPOSIT_LOOK)),
        })
        if (stored?.first) {
          const { id, orderId, paymentKey, amount } = stored.payment
          await tx.emit(paymentAwaitingDeposit, {
            paymentId: id,
            orderId,
            paymentKey,
            memberId,
            amount,
            bank: account.bank,
            dueAt: instant(dueAt),
            at: instant(now),
          })
        }
        return stored?.payment
      }),

    anomaly: (kind: string, paymentKey: string | null, orderId: string | null, detail: string) =>
      anomalyIn(db, kind, paymentKey, orderId, detail),
    anomalyIn,
  }
}
