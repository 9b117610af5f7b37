import type { endings } from './capture.ts'
import type { PaymentRecord } from './payment.ts'
import type { refunding } from './refund.ts'
import type { TossClient } from './toss/client.ts'

/**
 * Looks again at a payment that is captured, because something is said to have changed at Toss: money given back at its
 * console is written down like a refund of ours; a deposit that was taken back is for a person to see.
 */
export const reviewing = (given: {
  readonly toss: TossClient
  readonly refunds: ReturnType<typeof refunding>
  readonly end: ReturnType<typeof endings>
}) => {
  const { toss, refunds, end } = given
  return async ({ id, paymentKey, orderId }: PaymentRecord): Promise<void> => {
    const answer = await toss.find(paymentKey)
    if (answer.kind !== 'payment') return
    const { status, totalAmount, balanceAmount } = answer.payment
    if (status === 'WAITING_FOR_DEPOSIT') {
      await end.anomaly('a deposit was taken back', paymentKey, orderId, `Toss waits for ${totalAmount} won again`)
    } else if ((await refunds.adopt(id, answer.payment)) === 'unclear') {
      const canceled = totalAmount - balanceAmount
      await end.anomaly('money given back that we cannot account for', paymentKey, orderId, `${canceled} won at Toss`)
    }
  }
}
