import { KOREA_OFFSET } from '#kernel/time/korean-time.ts'
import { hash } from 'node:crypto'
import { instant } from '#kernel/contract.ts'
import { type Won, won } from '#kernel/money.ts'
import { truncate } from '#kernel/text.ts'
import type { ShippingAddress } from '#services/member/contract.ts'
import type { SoldLine } from '#services/product/contract.ts'
import { unrefunded } from './placing/allocation.ts'
import type { Allocation, Charge, Order, OrderStatus } from './contract.ts'
import { isPaid, type LineQuantities } from './states.ts'

/** An order as it is stored. Instants are epoch milliseconds. */
export interface OrderRecord {
  readonly id: string
  readonly number: string
  readonly memberId: string
  readonly status: OrderStatus
  readonly amount: Won
  readonly name: string
  readonly reservationId: string
  readonly revision: number
  readonly paymentKey: string | null
  readonly payBefore: number
  readonly placedAt: number
  readonly paidAt: number | null
  readonly canceledAt: number | null
  readonly cancellationId: string | null
  readonly cancelReason: string | null
  readonly shipping: ShippingAddress
  readonly lines: readonly OrderLine[]
  /** What is paid beside the lines, such as shipping. */
  readonly charges: readonly Charge[]
}

/** A line: `quantity` units were ordered. */
export interface OrderLine extends Omit<SoldLine, 'quantity'>, LineQuantities {
  readonly number: number
  readonly status: OrderStatus
  /** The share of the units that are canceled or being canceled in what was paid for the line. */
  readonly canceledAmount: Won
  readonly allocation: Allocation
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * The number people read out: the day in Korea and eight characters nobody can guess (40 bits), without the letters
 * that look like digits.
 */
export const orderNumber = (now: number, random: Uint8Array): string => {
  const day = new Date(now + KOREA_OFFSET).toISOString().slice(2, 10).replaceAll('-', '')
  let tail = ''
  for (let i = 0; i < 8; i++) tail += CROCKFORD[random[i]! & 31]
  return `${day}-${tail}`
}

/** Toss's limit on `orderName`. */
const ORDER_NAME_AT_MOST = 100

/** What the payment window shows: the first item, and how many more. */
export const orderName = (lines: readonly SoldLine[]): string => {
  const first = lines[0]!.productName
  const rest = lines.length > 1 ? ` 외 ${lines.length - 1}건` : ''
  return truncate(first, ORDER_NAME_AT_MOST - rest.length, '…') + rest
}

/**
 * Names what a request asks for, whatever the order of its items: the same request has the same fingerprint. One
 * without an expected amount has the one it had before requests could carry any.
 */
export const fingerprintOf = (
  items: readonly { skuId: string; quantity: number }[],
  shipping: ShippingAddress | undefined,
  expectedAmount?: number,
): string => {
  const sorted = [...items].sort((a, b) => (a.skuId < b.skuId ? -1 : 1)).map((each) => [each.skuId, each.quantity])
  const address = shipping && [
    shipping.recipient,
    shipping.phone,
    shipping.postcode,
    shipping.address1,
    shipping.address2,
    shipping.memo,
  ]
  const asked = [sorted, address ?? null, ...(expectedAmount === undefined ? [] : [expectedAmount])]
  return hash('sha256', JSON.stringify(asked), 'base64url')
}

/** An order as its owner sees it. */
export const toView = (order: OrderRecord): Order => ({
  id: order.id,
  number: order.number,
  status: order.status,
  amount: order.amount,
  orderName: order.name,
  payBefore: instant(order.payBefore),
  placedAt: instant(order.placedAt),
  paidAt: order.paidAt === null ? null : instant(order.paidAt),
  canceledAt: order.canceledAt === null ? null : instant(order.canceledAt),
  cancelReason: order.cancelReason,
  lines: order.lines.map((line) => {
    const { canceledAmount: _amount, allocation, ...each } = line
    return { ...each, amount: allocation.gross, refundable: isPaid(order.status) ? unrefunded(line) : won(0) }
  }),
  charges: order.charges.map(({ kind, amount }) => ({ kind, amount })),
  shippingAddress: order.shipping,
})

/** What every event about an order tells. */
export const factsOf = (order: OrderRecord, now: number) => ({
  orderId: order.id,
  number: order.number,
  memberId: order.memberId,
  reservationId: order.reservationId,
  amount: order.amount,
  orderName: order.name,
  at: instant(now),
})

/** An order's lines as events tell them. */
export const lineFactsOf = (order: Pick<OrderRecord, 'lines'>) =>
  order.lines.map(({ number, skuId, productId, quantity, unitPrice }) => ({
    number,
    skuId,
    productId,
    quantity,
    unitPrice,
  }))

/** What `order.paid` carries beside the facts: the lines with their allocations, and the charges. */
export const paidFactsOf = ({ lines, charges }: Pick<OrderRecord, 'lines' | 'charges'>) => ({
  lines: lineFactsOf({ lines }).map((each, index) => ({ ...each, allocation: lines[index]!.allocation })),
  charges: [...charges],
})
