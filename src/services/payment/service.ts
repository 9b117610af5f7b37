import type { z } from 'zod'
import { memberOf } from '#kernel/context.ts'
import { instant } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { type Secrets, secretsOf } from '#kernel/secrets/secrets.ts'
import { consumer, on, onMany, service, sweep } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import { orderCanceled, orderCancelRequested, orderExpired, orderPaymentRejected } from '#services/order/contract.ts'
import { endings, NO_ORDER } from './capture/attempt-outcomes.ts'
import { capturing } from './capture/capture-attempt.ts'
import {
  payment,
  paymentAwaitingDeposit,
  paymentCaptured,
  paymentFailed,
  paymentRefunded,
  type paymentStatus,
  refundAccountNeeded,
  refundRefused,
} from './contract.ts'
import { forgetRefundAccounts, markClosing } from './deposit/deposit-store.ts'
import { paymentInvariants } from './invariants.ts'
import type { PaymentRecord } from './payment.ts'
import { resealAccounts } from './deposit/re-encrypt.ts'
import { claimRefunds } from './refund/refund-store.ts'
import { refunding } from './refund/refund.ts'
import { reviewing } from './webhook/reconcile.ts'
import { claimUnknown, findPayments, forgetRefused } from './store.ts'
import { tossClient } from './toss/client.ts'
import { paymentGauges } from './watch-store.ts'
import { isByDeposit, shownAccount } from './deposit/virtual-account.ts'
import { webhooks } from './webhook/webhook.ts'
import { findUnsettled } from './unsettled-store.ts'
import { paymentSettings } from './settings.ts'

/** Milliseconds for which an attempt is remembered that a version before turned down without asking the provider. */
const REFUSED_MEMORY = 3_600_000

/** Milliseconds for which an account to give money back to is kept while nothing asks for a refund. */
const ACCOUNT_MEMORY = 3_600_000

const statusOf = ({ state, refunded, amount }: PaymentRecord): z.output<typeof paymentStatus> => {
  if (state === 'CAPTURED') return refunded === 0 ? state : refunded < amount ? 'PARTIALLY_REFUNDED' : 'REFUNDED'
  return state === 'REFUSED' ? 'FAILED' : state
}

const toView = (secrets: Secrets, each: PaymentRecord) => ({
  id: each.id,
  orderId: each.orderId,
  status: statusOf(each),
  method: each.method,
  amount: each.amount,
  refunded: each.refunded,
  capturedAt: each.capturedAt === null ? null : instant(each.capturedAt),
  receiptUrl: each.receiptUrl,
  failureCode: each.failureCode,
  virtualAccount: shownAccount(secrets, each),
  refundAccount: each.awaitsAccount
    ? ('AWAITED' as const)
    : each.state === 'CAPTURED' && isByDeposit(each) && each.refunded < each.amount
      ? ('NEEDED' as const)
      : ('NOT_NEEDED' as const),
})

/** Payments at TossPayments: attempts, captures, refunds, webhooks, reconciliation and the ledger of money. */
export const paymentService = service(
  payment,
  {
    emits: [
      paymentAwaitingDeposit,
      paymentCaptured,
      paymentFailed,
      paymentRefunded,
      refundAccountNeeded,
      refundRefused,
    ],
    consumes: { cancellations: [orderCancelRequested, orderCanceled, orderExpired, orderPaymentRejected] },
    settings: paymentSettings,
    invariants: paymentInvariants,
    migrations: new URL('./migrations/', import.meta.url),
  },
  ({ db, runtime, log, settings }) => {
    const toss = tossClient({
      baseUrl: settings.TOSS_BASE_URL,
      secretKey: () => settings.TOSS_SECRET_KEY,
      log,
    })
    const secrets = secretsOf(settings, runtime)
    const depositHours = (): number => settings.DEPOSIT_HOURS
    const end = endings({ db, runtime, secrets, depositHours })
    const refunds = refunding({ db, runtime, log, toss, secrets, end })
    const reviews = reviewing({ db, runtime, toss, refunds, end })
    const payments = capturing({ db, runtime, toss, end })

    /** Tries one; a refusal is stored with it, an outage is left to the next look. */
    const quietly = async (work: Promise<unknown>): Promise<void> => {
      await work.catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error
      })
    }

    /** Orders that are over await no deposit: their accounts are closed by the next look. */
    const closeAccounts = (
      tx: Tx,
      ended: readonly { readonly payload: { readonly orderId: string } }[],
    ): Promise<void> =>
      markClosing(
        tx,
        ended.map((each) => each.payload.orderId),
        runtime.now(),
      )

    return {
      operations: {
        capture: payments.capture,
        tossWebhook: webhooks({ db, runtime, log, payments, end, review: reviews.review }),
        ofOrder: async ({ orderId }, { actor }) => {
          const found = await findPayments(db, { orderId })
          return {
            items: found.filter((each) => each.memberId === memberOf(actor)).map((each) => toView(secrets, each)),
          }
        },
        refund: refunds.refund,
        prepareRefund: refunds.prepare,
        unsettled: async ({ orderIds }) => ({ items: await findUnsettled(db, orderIds) }),
        deposit: async ({ orderId }) => {
          const awaiting = (await findPayments(db, { orderId })).find((each) => each.state === 'AWAITING_DEPOSIT')
          return awaiting && !awaiting.closing ? shownAccount(secrets, awaiting) : null
        },
      },
      consumers: [
        consumer('cancellations', [
          on(orderCancelRequested, async ({ payload: { cancellationId, orderId, reason, refund } }, tx) => {
            const stored = await refunds.request(tx, {
              refundId: cancellationId,
              orderId,
              reason,
              ...(refund && { amount: refund.amount, taxFreeAmount: refund.taxFree, orLess: true }),
            })
            // Other refunds take all that is left; should one of them be refused, there is something left again.
            if (stored === 'under way') throw new Error(`The money of order ${orderId} is being given back already`)
            // More than is left was refused, and the order is told so.
            if (stored instanceof Error && (stored.data as { cause?: string }).cause === 'NOT_CAPTURED')
              await end.anomalyIn(tx, 'canceled without a payment', null, orderId, 'There is no money to give back')
          }),
          onMany(orderCanceled, (canceled, tx) => closeAccounts(tx, canceled)),
          onMany(orderExpired, (expired, tx) => closeAccounts(tx, expired)),
          on(orderPaymentRejected, async ({ payload: { paymentId, orderId, paymentKey } }, tx) => {
            await end.anomalyIn(tx, NO_ORDER, paymentKey, orderId, 'The order is over, or paid by another payment')
            await refunds.giveBack(tx, { id: paymentId, orderId })
          }),
        ]),
      ],
      sweeps: [
        sweep('reconcile', 1_000, async (now) => {
          const unknown = await claimUnknown(db, now, 20)
          await Promise.all(unknown.map((each) => quietly(payments.resume(each, `${each.id}-${each.checks}`))))
          return unknown.length
        }),
        sweep(
          'forget',
          60_000,
          async (now) =>
            (await forgetRefused(db, now - REFUSED_MEMORY)) + (await forgetRefundAccounts(db, now - ACCOUNT_MEMORY)),
        ),
        sweep('refund', 1_000, async (now) => {
          const due = await claimRefunds(db, now, 20)
          await Promise.all(due.map((each) => quietly(refunds.attempt(each.id))))
          return due.length
        }),
        sweep('resume-refunds', 10_000, () => refunds.resumeQueues(100)),
        sweep('review', 1_000, (now) => reviews.reviewDue(now, 20)),
      ],
      reseal: () => resealAccounts(db, secrets),
      gauges: paymentGauges(db, runtime.now),
      stop: () => toss.close(),
    }
  },
)
