import { derivedId } from '#kernel/ids.ts'
import type { Delivered } from '#kernel/service.ts'
import type { z } from 'zod'
import type { orderCanceled, orderExpired, orderPaid } from '#services/order/contract.ts'
import type { paymentRefunded } from '#services/payment/contract.ts'
import type { Told } from './contract.ts'

/** What a notification says. */
export type Words = Pick<Told, 'type' | 'title' | 'body' | 'link'>
type PayloadOf<E extends { readonly payload: z.ZodType }> = z.output<E['payload']>

// Korean and English group digits alike; a formatter made for each call would cost more than the rest of a notification.
const digits = new Intl.NumberFormat('en-US')

/** An amount as a Korean reader writes it: `12,900원`. */
export const wonKo = (amount: number): string => `${digits.format(amount)}원`
/** The same in English: `₩12,900`. */
export const wonEn = (amount: number): string => `₩${digits.format(amount)}`

const linkTo = (orderId: string): string => `/orders/${orderId}`

// A name is always followed by a word of ours, so the particle after it is right whatever the name ends in.

export const paidWords = (order: PayloadOf<typeof orderPaid>): Words => ({
  type: 'order.paid',
  title: { ko: '주문이 완료되었습니다', en: 'Your order is complete' },
  body: {
    ko: `‘${order.orderName}’ 상품 ${wonKo(order.amount)} 결제가 끝났습니다. 주문번호는 ${order.number}입니다.`,
    en: `Payment of ${wonEn(order.amount)} for “${order.orderName}” is done. Your order number is ${order.number}.`,
  },
  link: linkTo(order.orderId),
})

export const canceledWords = (order: PayloadOf<typeof orderCanceled>): Words => ({
  type: 'order.canceled',
  title: { ko: '주문이 취소되었습니다', en: 'Your order is canceled' },
  body: {
    ko: `‘${order.orderName}’ 주문(${order.number})이 취소되었습니다.${order.wasPaid ? ' 결제하신 금액은 모두 환불됩니다.' : ''}`,
    en: `Your order ${order.number}, “${order.orderName}”, is canceled.${order.wasPaid ? ' What you paid is refunded in full.' : ''}`,
  },
  link: linkTo(order.orderId),
})

export const expiredWords = (order: PayloadOf<typeof orderExpired>): Words => ({
  type: 'order.expired',
  title: { ko: '결제 시간이 지났습니다', en: 'The time to pay has passed' },
  body: {
    ko: `‘${order.orderName}’ 주문(${order.number})이 결제되지 않아 취소되었습니다. 다시 주문해 주세요.`,
    en: `Your order ${order.number}, “${order.orderName}”, was not paid in time. Please place it again.`,
  },
  link: linkTo(order.orderId),
})

export const refundedWords = (refund: PayloadOf<typeof paymentRefunded>): Words => ({
  type: 'payment.refunded',
  title: { ko: '환불이 완료되었습니다', en: 'Your refund is done' },
  body: {
    ko: `${wonKo(refund.amount)} 환불이 처리되었습니다. 카드사에 따라 3~5영업일 뒤에 보일 수 있습니다.`,
    en: `A refund of ${wonEn(refund.amount)} was made. Depending on your card, it shows in 3 to 5 business days.`,
  },
  link: linkTo(refund.orderId),
})

/** What an event tells its member. The id comes from the event, so that it tells once. */
export const toldOf = <P extends { readonly memberId: string }>(
  event: Delivered<P>,
  words: (payload: P) => Words,
): Told => ({
  id: derivedId('notification', event.id),
  memberId: event.payload.memberId,
  at: new Date(event.at).toISOString(),
  ...words(event.payload),
})
