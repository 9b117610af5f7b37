import { KOREA_OFFSET } from '#kernel/time/korean-time.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Delivered } from '#kernel/service.ts'
import type { z } from 'zod'
import { bankNameOf } from '#kernel/text/banks.ts'
import type {
  orderCanceled,
  orderDepositAwaited,
  orderDepositDueSoon,
  orderExpired,
  orderLinesCanceled,
  orderPaid,
} from '#services/order/contract.ts'
import type { paymentRefunded, refundAccountNeeded, refundRefused } from '#services/payment/contract.ts'
import type { NewNotification } from './contract.ts'

/** What a notification says. */
export type Words = Pick<NewNotification, 'type' | 'title' | 'body' | 'link'>
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

export const linesCanceledWords = (order: PayloadOf<typeof orderLinesCanceled>): Words => {
  const units = order.lines.reduce((sum, each) => sum + each.quantity, 0)
  const refund = order.amount > 0
  return {
    type: 'order.lines_canceled',
    title: { ko: '주문하신 상품 일부가 취소되었습니다', en: 'Part of your order is canceled' },
    body: {
      ko: `‘${order.orderName}’ 주문(${order.number})에서 상품 ${digits.format(units)}개가 취소되었습니다.${refund ? ` 취소하신 상품의 금액 ${wonKo(order.amount)}은 환불됩니다.` : ''}`,
      en: `${digits.format(units)} ${units === 1 ? 'item' : 'items'} of your order ${order.number}, “${order.orderName}”, ${units === 1 ? 'is' : 'are'} canceled.${refund ? ` ${wonEn(order.amount)} is refunded.` : ''}`,
    },
    link: linkTo(order.orderId),
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** An instant as date and time in Korea: `12월 1일 19:05`, `1 December 19:05 KST`. */
const momentOf = (instant: string): { ko: string; en: string } => {
  const at = new Date(Date.parse(instant) + KOREA_OFFSET)
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
  const month = at.toLocaleString('en-US', { month: 'long', timeZone: 'UTC' })
  return {
    ko: `${at.getUTCMonth() + 1}월 ${at.getUTCDate()}일 ${time}`,
    en: `${at.getUTCDate()} ${month} ${time} KST`,
  }
}

// The number of the account is told where it is looked up: on the order's page, and in the mail.

export const depositAwaitedWords = (order: PayloadOf<typeof orderDepositAwaited>): Words => {
  const due = momentOf(order.dueAt)
  const bank = bankNameOf(order.bank)
  return {
    type: 'order.deposit_awaited',
    title: { ko: '입금을 기다리고 있습니다', en: 'We are waiting for your deposit' },
    body: {
      ko: `‘${order.orderName}’ 주문(${order.number}) 금액 ${wonKo(order.amount)}을 ${due.ko}까지 ${bank.ko} 가상계좌로 입금해 주세요. 계좌번호는 주문 상세에 있습니다.`,
      en: `Please pay ${wonEn(order.amount)} for order ${order.number}, “${order.orderName}”, into your account at ${bank.en} by ${due.en}. Its number is on the page of the order.`,
    },
    link: linkTo(order.orderId),
  }
}

export const depositDueSoonWords = (order: PayloadOf<typeof orderDepositDueSoon>): Words => {
  const due = momentOf(order.dueAt)
  return {
    type: 'order.deposit_due_soon',
    title: { ko: '입금 기한이 다가옵니다', en: 'Your deposit is due soon' },
    body: {
      ko: `‘${order.orderName}’ 주문(${order.number}) 금액 ${wonKo(order.amount)}이 아직 입금되지 않았습니다. ${due.ko}까지 입금하지 않으시면 주문이 취소됩니다.`,
      en: `${wonEn(order.amount)} for order ${order.number}, “${order.orderName}”, has not arrived yet. Without it the order is canceled on ${due.en}.`,
    },
    link: linkTo(order.orderId),
  }
}

const depositPassedWords = (order: PayloadOf<typeof orderExpired>): Words => ({
  type: 'order.expired',
  title: { ko: '입금 기한이 지났습니다', en: 'The time for your deposit has passed' },
  body: {
    ko: `‘${order.orderName}’ 주문(${order.number})에 입금이 확인되지 않아 취소되었습니다. 가상계좌는 닫혔으니 입금하지 마시고, 필요하시면 다시 주문해 주세요.`,
    en: `Your deposit for order ${order.number}, “${order.orderName}”, did not arrive and the order is canceled. Please do not pay into the account any more; you can place the order again.`,
  },
  link: linkTo(order.orderId),
})

export const refundAccountWords = (refund: PayloadOf<typeof refundAccountNeeded>): Words => ({
  type: 'payment.refund_account_needed',
  title: { ko: '환불받으실 계좌를 알려 주세요', en: 'Please name an account for your refund' },
  body: {
    ko: `입금하신 금액 ${wonKo(refund.amount)}을 돌려드리려면 계좌가 필요합니다. 주문 상세에서 알려 주시면 바로 보내 드립니다.`,
    en: `We owe you ${wonEn(refund.amount)} and need an account to pay it to. Name one on the page of the order and it goes at once.`,
  },
  link: linkTo(refund.orderId),
})

export const expiredWords = (order: PayloadOf<typeof orderExpired>): Words => {
  if (order.awaitedDeposit) return depositPassedWords(order)
  return {
    type: 'order.expired',
    title: { ko: '결제 시간이 지났습니다', en: 'The time to pay has passed' },
    body: {
      ko: `‘${order.orderName}’ 주문(${order.number})이 결제되지 않아 취소되었습니다. 다시 주문해 주세요.`,
      en: `Your order ${order.number}, “${order.orderName}”, was not paid in time. Please place it again.`,
    },
    link: linkTo(order.orderId),
  }
}

export const refundedWords = (refund: PayloadOf<typeof paymentRefunded>): Words => ({
  type: 'payment.refunded',
  title: { ko: '환불이 완료되었습니다', en: 'Your refund is done' },
  body: {
    ko: `${wonKo(refund.amount)} 환불이 처리되었습니다. 카드는 카드사에 따라 3~5영업일, 계좌는 보통 2영업일 안에 확인됩니다.`,
    en: `A refund of ${wonEn(refund.amount)} was made. On a card it shows in 3 to 5 business days, in an account usually within 2.`,
  },
  link: linkTo(refund.orderId),
})

export const refundRefusedWords = (refund: Pick<PayloadOf<typeof refundRefused>, 'orderId'>): Words => ({
  type: 'payment.refund_refused',
  title: { ko: '환불이 처리되지 않았습니다', en: 'Your refund was not made' },
  body: {
    ko: '결제사에서 환불을 받아들이지 않았습니다. 주문 내역에서 다른 사유로 다시 취소해 주시거나 고객센터로 문의해 주세요.',
    en: 'The payment provider did not accept the refund. Please cancel the order again with another reason, or contact us.',
  },
  link: linkTo(refund.orderId),
})

/** What an event tells its member. The id comes from the event, so that it tells once. */
export const toldOf = <P extends { readonly memberId: string }>(
  event: Delivered<P>,
  words: (payload: P) => Words,
): NewNotification => ({
  id: derivedId('notification', event.id),
  memberId: event.payload.memberId,
  at: new Date(event.at).toISOString(),
  ...words(event.payload),
})
