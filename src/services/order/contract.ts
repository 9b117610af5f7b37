import { z } from 'zod'
import { contract, event, instantSchema, pageInput, pageOf } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { wonSchema } from '#kernel/money.ts'
import { shortProse } from '#kernel/text/one-line.ts'
import { openOrders, shippingAddress, storedAddress } from '#services/member/contract.ts'
import {
  PAYMENT_REFUSED,
  PAYMENT_SESSION_LOST,
  REFUND_ACCOUNT_REFUSED,
  REFUND_ACCOUNT_REQUIRED,
  refundAccount,
} from '#services/payment/contract.ts'
import {
  AMOUNT_TOO_LARGE,
  expectedAmount,
  OUT_OF_STOCK,
  PRICE_CHANGED,
  RESERVATION_CONFLICT,
  RESERVATION_ENDED,
  RESERVATION_LENT,
  SKU_NOT_FOUND,
  soldLine,
  stockLine,
} from '#services/product/contract.ts'

/** States of an order's payment and of its lines; the order's label is derived from both. */
export const orderStatus = z.enum([
  'PENDING_PAYMENT',
  'PAYING',
  'AWAITING_DEPOSIT',
  'PAID',
  'CANCEL_REQUESTED',
  'CANCELED',
  'EXPIRED',
])
export type OrderStatus = z.output<typeof orderStatus>

export const MEMBER_LEAVING = fault('MEMBER_LEAVING', 409, {
  ko: '회원 탈퇴를 처리하고 있어 주문할 수 없습니다. 탈퇴하지 않으셨다면 몇 분 뒤 다시 시도해 주세요.',
  en: 'Your membership is being ended, so no order can be placed. If you are staying, please try again in a few minutes.',
})
export const IDEMPOTENCY_KEY_REQUIRED = fault('IDEMPOTENCY_KEY_REQUIRED', 400, {
  ko: '이 요청에는 Idempotency-Key 헤더가 필요합니다.',
  en: 'This request needs an Idempotency-Key header.',
})
export const IDEMPOTENCY_CONFLICT = fault('IDEMPOTENCY_CONFLICT', 409, {
  ko: '같은 Idempotency-Key로 다른 내용의 요청을 보낼 수 없습니다.',
  en: 'This Idempotency-Key was used for a request with other contents.',
})
export const ORDER_STATE = fault(
  'ORDER_STATE',
  409,
  {
    ko: '지금 주문 상태에서는 할 수 없는 일입니다.',
    en: 'The order is not in a state that allows this.',
  },
  z.object({ status: orderStatus }),
)
export const ORDER_EXPIRED = fault('ORDER_EXPIRED', 409, {
  ko: '결제 시간이 지나 주문이 취소되었습니다. 다시 주문해 주세요.',
  en: 'The time to pay has passed. Please place the order again.',
})
export const AMOUNT_MISMATCH = fault(
  'AMOUNT_MISMATCH',
  400,
  {
    ko: '결제 금액이 주문 금액과 다릅니다. 결제를 진행하지 않았습니다.',
    en: 'The amount differs from the order. No payment was made.',
  },
  z.object({ amount: wonSchema }),
)
export const PAYMENT_UNDER_WAY = fault('PAYMENT_UNDER_WAY', 409, {
  ko: '결제가 진행 중입니다. 잠시 후 다시 확인해 주세요.',
  en: 'A payment is under way. Please check again shortly.',
})

export const ORDER_LINE_NOT_FOUND = fault(
  'ORDER_LINE_NOT_FOUND',
  422,
  {
    ko: '주문에 없는 상품입니다. 주문 상세를 새로 고친 뒤 다시 선택해 주세요.',
    en: 'The order has no such line. Please reload the order and choose again.',
  },
  z.object({ number: z.number().int() }),
)
export const CANCEL_QUANTITY_EXCEEDED = fault(
  'CANCEL_QUANTITY_EXCEEDED',
  409,
  {
    ko: ({ cancelable }) =>
      cancelable === 0 ? '더 취소할 수량이 없습니다.' : `취소할 수 있는 수량은 ${cancelable}개까지입니다.`,
    en: ({ cancelable }) =>
      cancelable === 0 ? 'No units of it are left to cancel.' : `At most ${cancelable} of it can be canceled.`,
  },
  z.object({ number: z.number().int(), cancelable: z.number().int() }),
)

export const REFUND_REFUSED = fault('REFUND_REFUSED', 409, {
  ko: '결제사에서 환불을 거절했습니다. 고객센터로 문의해 주세요.',
  en: 'The payment provider refused the refund. Please contact us.',
})

export const REFUND_NOT_ACCEPTED = fault('REFUND_NOT_ACCEPTED', 422, {
  ko: '결제사에서 취소 요청의 내용을 받아들이지 않아 주문이 취소되지 않았습니다. 취소 사유를 바꾸어 다시 시도해 주세요. 계속 안 되면 고객센터로 문의해 주세요.',
  en: 'The payment provider did not accept the request as it was, so the order is not canceled. Please try again with another reason, or contact us.',
})
export const REFUND_IMPOSSIBLE = fault('REFUND_IMPOSSIBLE', 409, {
  ko: '환불할 결제를 찾지 못해 주문이 취소되지 않았습니다. 고객센터로 문의해 주세요.',
  en: 'There is no payment that could be refunded, so the order is not canceled. Please contact us.',
})

/** Whole units of a line, from none. */
const units = z.number().int().min(0)

/**
 * How the price of a line or charge came about and who bears what, in won, as it was when the order was placed:
 * `payment` is `gross` less what policies, coupons and points took off; `parts` say who pays for what was taken off.
 */
export const allocation = z.object({
  gross: wonSchema,
  policy: wonSchema,
  itemCoupon: wonSchema,
  orderCoupon: wonSchema,
  points: wonSchema,
  payment: wonSchema,
  /** How much of the payment is free of VAT. */
  taxFree: wonSchema,
  parts: z.array(
    z.object({ source: z.string(), id: z.string(), funder: z.enum(['PLATFORM', 'SELLER']), amount: wonSchema }),
  ),
})
export type Allocation = z.output<typeof allocation>

/** What is paid beside the lines, such as shipping. */
const charge = z.object({ kind: z.string(), amount: wonSchema, allocation })
export type Charge = z.output<typeof charge>

const line = soldLine.extend({
  number: z.number().int(),
  /** What all units ordered cost. */
  amount: wonSchema,
  status: orderStatus,
  /** Units whose cancellation is under way, and that are canceled; answers stored earlier name none. */
  canceling: units.default(0),
  canceled: units.default(0),
  /** What would be given back if the units left were canceled. */
  refundable: wonSchema.prefault(0),
})

const orderOutput = z.object({
  id: z.uuid(),
  number: z.string(),
  status: orderStatus,
  amount: wonSchema,
  /** What the payment window shows: the first item, and how many more. */
  orderName: z.string(),
  payBefore: instantSchema,
  placedAt: instantSchema,
  paidAt: instantSchema.nullable(),
  canceledAt: instantSchema.nullable(),
  cancelReason: z.string().nullable(),
  lines: z.array(line),
  /** What is paid beside the lines, such as shipping; `amount` is all of it together. */
  charges: z.array(charge.omit({ allocation: true })).default([]),
  shippingAddress: storedAddress,
})
export type Order = z.output<typeof orderOutput>

const items = z
  .array(stockLine)
  .min(1)
  .max(100)
  .refine((lines) => new Set(lines.map((each) => each.skuId)).size === lines.length, {
    message: 'repeated_sku',
    params: {
      ko: '같은 상품이 두 번 들어 있습니다. 수량을 합쳐 주세요.',
      en: 'An item is listed twice. Please put its quantities together.',
    },
  })

/** Units of lines to cancel. */
const cancelLines = z
  .array(z.object({ number: z.number().int().min(1).max(10_000), quantity: z.number().int().min(1).max(999) }))
  .min(1)
  .max(200)
  .refine((lines) => new Set(lines.map((each) => each.number)).size === lines.length, {
    message: 'repeated_line',
    params: {
      ko: '같은 주문 상품이 두 번 들어 있습니다. 수량을 합쳐 주세요.',
      en: 'A line is listed twice. Please put its quantities together.',
    },
  })

/** States to look for, as one word or several with commas between: `PENDING_PAYMENT,PAYING`. */
const statuses = z
  .string()
  .max(200)
  .refine((given) => given === '' || given.split(',').every((each) => orderStatus.safeParse(each).success), {
    message: 'unknown_status',
    params: {
      ko: '없는 주문 상태입니다. 여러 상태는 쉼표로 이어 주세요.',
      en: 'There is no such order status. Please put commas between several.',
    },
  })
  .meta({ description: `One or several of ${orderStatus.options.join(', ')}, with commas between` })

export const order = contract('order', {
  place: {
    summary:
      'Places an order: holds the stock and fixes the amount; no money moves. The same key and body returns the first answer. With `expectedAmount` it is placed at that amount or not at all.',
    method: 'POST',
    path: '/orders',
    access: 'member',
    status: 201,
    repeatable: true,
    limits: { account: { calls: 60, seconds: 60 } },
    input: z.object({
      items,
      shippingAddress,
      expectedAmount: expectedAmount.optional(),
      idempotencyKey: z.string().trim().min(1).max(200).optional(),
    }),
    headers: { idempotencyKey: 'idempotency-key' },
    output: orderOutput,
    faults: [
      MEMBER_LEAVING,
      IDEMPOTENCY_KEY_REQUIRED,
      IDEMPOTENCY_CONFLICT,
      AMOUNT_TOO_LARGE,
      PRICE_CHANGED,
      OUT_OF_STOCK,
      SKU_NOT_FOUND,
      RESERVATION_CONFLICT,
      RESERVATION_ENDED,
    ],
  },
  list: {
    summary: "The member's orders, newest first; with `status` those in one of these states, such as the unpaid ones.",
    method: 'GET',
    path: '/orders',
    access: 'member',
    input: z.object({ ...pageInput, cursor: z.uuid().optional(), status: statuses.optional() }),
    output: pageOf(orderOutput),
  },
  get: {
    summary: "One of the member's orders.",
    method: 'GET',
    path: '/orders/{id}',
    access: 'member',
    input: z.object({ id: z.uuid() }),
    output: orderOutput,
  },
  changeItems: {
    summary:
      'Sets the items of an unpaid order; the deadline stays. What it held already keeps its price, what is added costs what it costs now. With `expectedAmount` it changes to that amount or not at all.',
    method: 'PUT',
    path: '/orders/{id}/items',
    access: 'member',
    repeatable: true,
    input: z.object({ id: z.uuid(), items, expectedAmount: expectedAmount.optional() }),
    output: orderOutput,
    faults: [
      ORDER_STATE,
      ORDER_EXPIRED,
      AMOUNT_TOO_LARGE,
      PRICE_CHANGED,
      OUT_OF_STOCK,
      SKU_NOT_FOUND,
      RESERVATION_CONFLICT,
      RESERVATION_ENDED,
      RESERVATION_LENT,
    ],
  },
  changeShippingAddress: {
    summary: 'Sets where an unpaid order is to be delivered to.',
    method: 'PUT',
    path: '/orders/{id}/shipping-address',
    access: 'member',
    repeatable: true,
    input: z.object({ id: z.uuid(), shippingAddress }),
    output: orderOutput,
    faults: [ORDER_STATE, ORDER_EXPIRED],
  },
  cancel: {
    summary:
      'Cancels an order, or units of its `lines`; of a paid one their share is refunded, and the order ends with its last unit. Repeating it changes nothing: for `lines` by the idempotency key, which they need; the same key with other contents is refused. A deposit (a paid virtual account) is returned to `refundAccount`, which also may be given for an order that is over and whose money waits for an account.',
    method: 'POST',
    path: '/orders/{id}/cancel',
    access: 'member',
    repeatable: true,
    deadline: 15_000,
    input: z.object({
      id: z.uuid(),
      reason: shortProse(1, 200),
      /** Left out: all units that are left. */
      lines: cancelLines.optional(),
      refundAccount: refundAccount.optional(),
      idempotencyKey: z.string().trim().min(1).max(200).optional(),
    }),
    headers: { idempotencyKey: 'idempotency-key' },
    output: orderOutput,
    faults: [
      ORDER_STATE,
      ORDER_EXPIRED,
      IDEMPOTENCY_KEY_REQUIRED,
      IDEMPOTENCY_CONFLICT,
      ORDER_LINE_NOT_FOUND,
      CANCEL_QUANTITY_EXCEEDED,
      RESERVATION_CONFLICT,
      RESERVATION_ENDED,
      RESERVATION_LENT,
      PAYMENT_UNDER_WAY,
      REFUND_REFUSED,
      REFUND_NOT_ACCEPTED,
      REFUND_IMPOSSIBLE,
      REFUND_ACCOUNT_REQUIRED,
      REFUND_ACCOUNT_REFUSED,
    ],
  },
  confirmPayment: {
    summary:
      'Pays an order with a payment the buyer approved at Toss. Safe to repeat: one order, one capture. CONFIRMING: the outcome is not known yet. AWAITING_DEPOSIT: a virtual account was issued, and the order is paid once the deposit arrives. An order of 0 won is PAID without the provider.',
    method: 'POST',
    path: '/payments/confirm',
    access: 'member',
    repeatable: true,
    deadline: 15_000,
    input: z.object({
      paymentKey: z.string().trim().min(1).max(200),
      orderId: z.uuid(),
      amount: z.number().int().min(0).max(1e11),
    }),
    output: z.object({
      orderId: z.uuid(),
      status: z.enum(['PAID', 'AWAITING_DEPOSIT', 'CONFIRMING']),
      amount: wonSchema,
      method: z.string().nullable(),
      approvedAt: instantSchema.nullable(),
      receiptUrl: z.string().nullable(),
    }),
    faults: [AMOUNT_MISMATCH, ORDER_EXPIRED, ORDER_STATE, PAYMENT_UNDER_WAY, PAYMENT_REFUSED, PAYMENT_SESSION_LOST],
  },
  closeForLeaving: {
    summary:
      'For a member who is about to leave: orders of theirs are refused for some minutes, unless any is open; then answers which.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({ memberId: z.uuid() }),
    output: z.object({
      open: openOrders,
      /** Whether they ever placed an order. */
      ordered: z.boolean(),
    }),
  },
  openOrders: {
    summary: "How many of a member's orders are neither ended nor settled.",
    method: 'GET',
    access: 'service',
    input: z.object({ memberId: z.uuid() }),
    output: z.object({ count: z.number().int() }),
  },
})

const facts = {
  orderId: z.uuid(),
  number: z.string(),
  memberId: z.uuid(),
  reservationId: z.uuid(),
  amount: wonSchema,
  orderName: z.string(),
  at: instantSchema,
}
const eventLine = z.object({
  /** Which line of its order it is; events from before lines could be canceled by themselves do not say. */
  number: z.number().int().optional(),
  skuId: z.uuid(),
  productId: z.uuid(),
  quantity: z.number().int(),
  unitPrice: wonSchema,
})
const lines = z.array(eventLine)

export const orderPlaced = event('order.placed', {
  version: 1,
  key: 'orderId',
  summary: 'An order exists and waits to be paid.',
  payload: z.object({ ...facts, lines, payBefore: instantSchema }),
})
export const orderItemsChanged = event('order.items_changed', {
  version: 1,
  key: 'orderId',
  summary: 'The items of an unpaid order changed; the reservation it held before is no longer needed.',
  payload: z.object({ ...facts, lines, formerReservationId: z.uuid() }),
})
export const orderPaid = event('order.paid', {
  version: 1,
  key: 'orderId',
  summary: 'The money for an order is captured; its hold becomes an allocation.',
  payload: z.object({
    ...facts,
    lines: z.array(eventLine.extend({ allocation: allocation.optional() })),
    charges: z.array(charge).optional(),
  }),
})
export const orderCancelRequested = event('order.cancel_requested', {
  // 1 was always of the whole order: who knows only that would give back all of it for a part.
  version: 2,
  key: 'orderId',
  summary: 'Units of a paid order, or all of it, are to be canceled once what they cost is refunded.',
  payload: z.object({
    ...facts,
    cancellationId: z.uuid(),
    reason: z.string(),
    /** The units, and their share in what was paid for their lines; of events of version 1: all units. */
    parts: z.array(z.object({ number: z.number().int(), quantity: z.number().int(), amount: wonSchema })).optional(),
    /** What is to be refunded, in won; left out: all that is left of the payment. */
    refund: z.object({ amount: wonSchema, taxFree: wonSchema }).optional(),
  }),
})
export const orderLinesCanceled = event('order.lines_canceled', {
  version: 1,
  key: 'orderId',
  summary: 'Units of a paid order are canceled and their share is given back; the rest of the order goes on.',
  payload: z.object({
    ...facts,
    cancellationId: z.uuid(),
    /** The units canceled now, and what each line of them cost. */
    lines: z.array(eventLine.extend({ number: z.number().int(), amount: wonSchema })),
    /** What was given back for them, in won; not the amount of the order. */
    amount: wonSchema,
    reason: z.string(),
  }),
})
export const orderCanceled = event('order.canceled', {
  version: 1,
  key: 'orderId',
  summary:
    'An order ended by cancellation; whatever it held or was allocated goes back. `lines` are the units canceled last.',
  payload: z.object({ ...facts, lines, wasPaid: z.boolean(), reason: z.string() }),
})
export const orderExpired = event('order.expired', {
  version: 1,
  key: 'orderId',
  summary: 'An order was not paid in time; whatever it held goes back.',
  payload: z.object({ ...facts, lines, awaitedDeposit: z.boolean().optional() }),
})
export const orderDepositAwaited = event('order.deposit_awaited', {
  version: 1,
  key: 'orderId',
  summary: 'A virtual account was issued for an order; it holds its stock until the deposit is due.',
  payload: z.object({ ...facts, bank: z.string(), dueAt: instantSchema }),
})
export const orderDepositDueSoon = event('order.deposit_due_soon', {
  version: 1,
  key: 'orderId',
  summary: 'The deposit an order awaits is due soon, and has not been seen.',
  payload: z.object({ ...facts, dueAt: instantSchema }),
})
export const orderPaymentRejected = event('order.payment_rejected', {
  version: 1,
  key: 'orderId',
  summary: 'Money was captured for an order that it cannot pay, because it is over or paid otherwise: it goes back.',
  payload: z.object({ orderId: z.uuid(), paymentId: z.uuid(), paymentKey: z.string(), at: instantSchema }),
})
