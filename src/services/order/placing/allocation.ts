import { sumWon, won, type Won } from '#kernel/money.ts'
import type { SoldLine } from '#services/product/contract.ts'
import type { Allocation, Charge } from '../contract.ts'
import type { OrderLine, OrderRecord } from '../order.ts'

/** How the price of a line came about that nobody takes anything off: all of it is paid. `gross` in won. */
export const plainAllocation = (gross: Won): Allocation => ({
  gross,
  policy: won(0),
  itemCoupon: won(0),
  orderCoupon: won(0),
  points: won(0),
  payment: gross,
  taxFree: won(0),
  parts: [],
})

/** What of an order's amount carries no VAT. */
export const taxFreeOf = ({ lines, charges }: Pick<OrderRecord, 'lines' | 'charges'>): Won =>
  sumWon([...lines, ...charges].map((each) => each.allocation.taxFree))

/** A line as it is stored with its allocation. One from before allocations were stored paid all it cost. */
export const allocated = <
  L extends { readonly quantity: number; readonly unitPrice: number; allocation: Allocation | null },
>(
  line: L,
): L & { allocation: Allocation } => ({
  ...line,
  allocation: line.allocation ?? plainAllocation(won(line.unitPrice * line.quantity)),
})

/** Lines of an unpaid order as they are sold, numbered from 1, each with its allocation. */
export const unpaidLines = (sold: readonly SoldLine[]): OrderLine[] =>
  sold.map((line, index) => ({
    ...line,
    number: index + 1,
    status: 'PENDING_PAYMENT',
    canceling: 0,
    canceled: 0,
    canceledAmount: won(0),
    allocation: plainAllocation(won(line.unitPrice * line.quantity)),
  }))

/** What is to be paid for lines and charges together, in won. */
export const amountOf = (lines: readonly { readonly allocation: Allocation }[], charges: readonly Charge[] = []): Won =>
  sumWon([...lines.map((each) => each.allocation.payment), ...charges.map((each) => each.amount)])

/** What of a line's payment is not given back, nor being given back, in won. */
export const unrefunded = ({ allocation, quantity, canceling, canceled, canceledAmount }: OrderLine): Won =>
  won(quantity === canceling + canceled ? 0 : allocation.payment - canceledAmount)
