import { memberOf } from '#kernel/context.ts'
import { instant } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { derivedId } from '#kernel/ids.ts'
import { consumer, on, service, sweep } from '#kernel/service.ts'
import { order, orderCancelRequested } from '#services/order/contract.ts'
import { endings } from './capture.ts'
import { confirming } from './confirm.ts'
import { payment, paymentCaptured, paymentFailed, paymentRefunded, refundRefused } from './contract.ts'
import type { PaymentRecord } from './payment.ts'
import { claimRefunds } from './refund-store.ts'
import { refunding } from './refund.ts'
import { reviewing } from './review.ts'
import { claimUnknown, findPayments, forgetRefused } from './store.ts'
import { tossClient } from './toss/client.ts'
import { paymentGauges } from './watch-store.ts'
import { webhooks } from './webhook.ts'

/** Milliseconds for which an attempt that we turned down is remembered. */
const REFUSED_MEMORY = 3_600_000

const shown = (each: PaymentRecord) => ({
  id: each.id,
  orderId: each.orderId,
  status:
    each.state === 'CAPTURED'
      ? each.refunded === 0
        ? ('CAPTURED' as const)
        : each.refunded < each.amount
          ? ('PARTIALLY_REFUNDED' as const)
          : ('REFUNDED' as const)
      : each.state === 'FAILED' || each.state === 'REFUSED'
        ? ('FAILED' as const)
        : ('CONFIRMING' as const),
  method: each.method,
  amount: each.amount,
  refunded: each.refunded,
  capturedAt: each.capturedAt === null ? null : instant(each.capturedAt),
  receiptUrl: each.receiptUrl,
  failureCode: each.failureCode,
})

/** Payments at TossPayments: attempts, captures, refunds, webhooks, reconciliation and the ledger of money. */
export const paymentService = service(
  payment,
  {
    needs: { order },
    emits: [paymentCaptured, paymentFailed, paymentRefunded, refundRefused],
    migrations: new URL('./migrations/', import.meta.url),
  },
  ({ db, runtime, log, settings, call }) => {
    const toss = tossClient({
      baseUrl: String(settings['TOSS_BASE_URL']),
      secretKey: () => String(settings['TOSS_SECRET_KEY']),
      log,
    })
    const end = endings({ db, runtime })
    const refunds = refunding({ db, runtime, log, toss })
    const giveBack = async ({ id, orderId, amount }: PaymentRecord): Promise<void> => {
      const reason = '주문을 완료할 수 없어 결제를 취소합니다.'
      await db.tx('payment.give-back', (tx) =>
        refunds.request(tx, { refundId: derivedId('unwanted', id), orderId, amount, reason }),
      )
    }
    const payments = confirming({ db, runtime, log, toss, order: call.order, end, giveBack })

    /** Tries one; a refusal is stored with it, an outage is left to the next look. */
    const quietly = async (work: Promise<unknown>): Promise<void> => {
      await work.catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error
      })
    }

    return {
      operations: {
        confirm: payments.confirm,
        tossWebhook: webhooks({ db, runtime, log, payments, end, review: reviewing({ toss, refunds, end }) }),
        ofOrder: async ({ orderId }, { actor }) => {
          const found = await findPayments(db, { orderId })
          return { items: found.filter((each) => each.memberId === memberOf(actor)).map(shown) }
        },
        refund: refunds.refund,
      },
      consumers: [
        consumer('cancellations', [
          on(orderCancelRequested, async ({ payload: { cancellationId, orderId, amount, reason } }, tx) => {
            const stored = await refunds.request(tx, { refundId: cancellationId, orderId, amount, reason })
            if (stored instanceof Error) throw stored
          }),
        ]),
      ],
      sweeps: [
        sweep('reconcile', 1_000, async (now) => {
          const unknown = await claimUnknown(db, now, 20)
          await Promise.all(unknown.map((each) => quietly(payments.carryOn(each, `${each.id}-${each.checks}`))))
          return unknown.length
        }),
        sweep('forget', 60_000, (now) => forgetRefused(db, now - REFUSED_MEMORY)),
        sweep('refund', 1_000, async (now) => {
          const due = await claimRefunds(db, now, 20)
          await Promise.all(due.map((each) => quietly(refunds.attempt(each))))
          return due.length
        }),
      ],
      gauges: paymentGauges(db, runtime.now),
      stop: () => toss.close(),
    }
  },
)
