import type { VirtualAccount } from '#services/payment/contract.ts'
import { type ConfirmedOrder, momentKo, orderLetter } from './letter.ts'
import { wonEn, wonKo } from './messages.ts'

const factsOf = (order: ConfirmedOrder): (readonly [string, string])[] => [
  ['주문번호', order.number],
  ['상품', order.orderName],
]

const whereToPay = (order: ConfirmedOrder, account: VirtualAccount): (readonly [string, string])[] => [
  ...factsOf(order),
  ['입금하실 금액', wonKo(order.amount)],
  ['은행', account.bankName.ko],
  ['계좌번호', account.accountNumber],
  ['예금주', account.holderName],
  ['입금 기한', momentKo(account.dueAt)],
]

const payInEnglish = (order: ConfirmedOrder, { bankName, accountNumber, holderName, dueAt }: VirtualAccount): string =>
  `Please pay ${wonEn(order.amount)} for order ${order.number} into account ${accountNumber} (${holderName}) at ${bankName.en} by ${dueAt.slice(0, 16).replace('T', ' ')} UTC.`

/** Where to pay until when, right after the account was issued. */
export const depositLetter = (order: ConfirmedOrder, account: VirtualAccount, name: string, address: string) =>
  orderLetter(order.orderId, name, address, {
    title: '입금 안내',
    subject: `[장터] 입금을 기다리고 있습니다: ${order.orderName}`,
    lead: [
      '주문해 주셔서 감사합니다. 아래 가상계좌로 입금하시면 주문이 완료됩니다.',
      '금액이 다르면 입금되지 않으며, 기한이 지나면 주문은 저절로 취소됩니다.',
    ],
    rows: whereToPay(order, account),
    english: payInEnglish(order, account),
    button: '주문 내역 보기',
  })

/** The same once more before it is due. */
export const reminderLetter = (order: ConfirmedOrder, account: VirtualAccount, name: string, address: string) =>
  orderLetter(order.orderId, name, address, {
    title: '입금 기한 안내',
    subject: `[장터] 입금 기한이 다가옵니다: ${order.orderName}`,
    lead: ['아직 입금이 확인되지 않았습니다. 기한 안에 입금하지 않으시면 주문은 저절로 취소됩니다.'],
    rows: whereToPay(order, account),
    english: payInEnglish(order, account),
    button: '주문 내역 보기',
  })

/** The deposit did not come in time. */
export const passedLetter = (order: ConfirmedOrder, name: string, address: string) =>
  orderLetter(order.orderId, name, address, {
    title: '입금 기한 지남',
    subject: `[장터] 입금 기한이 지나 주문이 취소되었습니다: ${order.orderName}`,
    lead: [
      '기한까지 입금이 확인되지 않아 주문이 취소되었습니다.',
      '가상계좌는 닫혔으니 입금하지 마시고, 필요하시면 다시 주문해 주세요.',
    ],
    rows: [...factsOf(order), ['주문 금액', wonKo(order.amount)]],
    english: `Your deposit for order ${order.number} did not arrive in time and the order is canceled. Please do not pay into the account any more.`,
    button: '주문 내역 보기',
  })

/** A deposit is to be given back, and needs an account to go to. */
export const refundAccountLetter = (order: Pick<ConfirmedOrder, 'orderId' | 'amount'>, name: string, address: string) =>
  orderLetter(order.orderId, name, address, {
    title: '환불 계좌 안내',
    subject: '[장터] 환불받으실 계좌를 알려 주세요',
    lead: [
      '입금하신 금액을 돌려드려야 합니다. 주문 내역에서 환불받으실 계좌를 알려 주시면 바로 보내 드립니다.',
      '이 메일이나 전화로는 계좌번호를 여쭙지 않습니다.',
    ],
    rows: [['돌려드릴 금액', wonKo(order.amount)]],
    english: `We owe you ${wonEn(order.amount)}. Please name an account for the refund on the page of your order. We never ask for it by mail or telephone.`,
    button: '환불 계좌 입력하기',
  })
