import type { Fault } from '#kernel/fault.ts'
import { sumWon, won, type Won } from '#kernel/money.ts'
import { shareOf } from '#kernel/shares.ts'
import { CANCEL_QUANTITY_EXCEEDED, ORDER_LINE_NOT_FOUND } from '../contract.ts'
import type { OrderLine, OrderRecord } from '../order.ts'
import { labelOf, lineStatusOf } from '../states.ts'

/** Units of a line of an order, as a caller names them. */
export interface Units {
  readonly number: number
  readonly quantity: number
}

/** Units of a line that are canceled together, and their share in what was paid for it, in won. */
export interface Part extends Units {
  readonly amount: Won
  /** How much of the amount is free of VAT. */
  readonly taxFree: Won
}

/** A cancellation of units of a paid order. Its refund has its id. */
export interface Cancellation {
  readonly id: string
  readonly orderId: string
  readonly state: 'REQUESTED' | 'DONE' | 'REFUSED'
  /** Whether its refund is of all that is left of the payment, whatever was given back at the provider's console. */
  readonly whole: boolean
  /** What is to be given back: the shares of its parts and, with the last unit of the order, the charges. */
  readonly amount: Won
  readonly taxFree: Won
  readonly parts: readonly Part[]
  readonly reason: string
}

/** Units of a line that are neither canceled nor being canceled. */
export const unitsLeft = ({ quantity, canceling, canceled }: OrderLine): number => quantity - canceling - canceled

/** Why these units of an order cannot be canceled, if so: a line that is not there, or more units than it has left. */
export const refusalOfUnits = (order: OrderRecord, wanted: readonly Units[]): Fault | undefined => {
  for (const [i, { number, quantity }] of wanted.entries()) {
    const line = order.lines.find((each) => each.number === number)
    if (!line) return ORDER_LINE_NOT_FOUND({ number }, { field: `lines.${i}.number` })
    const cancelable = unitsLeft(line)
    if (quantity > cancelable) return CANCEL_QUANTITY_EXCEEDED({ number, cancelable }, { field: `lines.${i}.quantity` })
  }
  return undefined
}

/** All units of an order that are left. */
export const allUnits = (order: OrderRecord): Units[] =>
  order.lines.map((line) => ({ number: line.number, quantity: unitsLeft(line) })).filter((each) => each.quantity > 0)

/** Whether nothing is left of an order without these units. */
export const isAllLeft = (order: OrderRecord, wanted: readonly Units[]): boolean => {
  const units = new Map(wanted.map((each) => [each.number, each.quantity]))
  return order.lines.every((line) => (units.get(line.number) ?? 0) === unitsLeft(line))
}

/**
 * A cancellation of units of a paid order, given its earlier ones: what they cost by the stored allocation, the lowest units
 * first. That of the last units gives back exactly what is left of the order's amount.
 */
export const cancellationOf = (
  order: OrderRecord,
  wanted: readonly Units[],
  earlier: readonly Cancellation[],
  { id, reason }: Pick<Cancellation, 'id' | 'reason'>,
): Cancellation => {
  const counted = earlier.filter((each) => each.state !== 'REFUSED')
  const taxFreeTaken = (number: number): number =>
    sumWon(counted.flatMap((each) => each.parts.filter((part) => part.number === number).map((part) => part.taxFree)))
  const parts = wanted.map(({ number, quantity }): Part => {
    const line = order.lines.find((each) => each.number === number)!
    const left = unitsLeft(line)
    const { payment, taxFree } = line.allocation
    return {
      number,
      quantity,
      amount: won(shareOf(payment - line.canceledAmount, left, quantity)),
      taxFree: won(shareOf(taxFree - taxFreeTaken(number), left, quantity)),
    }
  })
  const isLast = isAllLeft(order, wanted)
  const rest = (total: number, of: (each: Cancellation) => number): number => total - sumWon(counted.map(of))
  const taxFreeOfOrder = sumWon([...order.lines, ...order.charges].map((each) => each.allocation.taxFree))
  const amount = isLast ? rest(order.amount, (each) => each.amount) : sumWon(parts.map((each) => each.amount))
  return {
    id,
    orderId: order.id,
    state: amount === 0 ? 'DONE' : 'REQUESTED',
    whole: isLast && counted.every((each) => each.state === 'DONE'),
    amount: won(amount),
    taxFree: won(isLast ? rest(taxFreeOfOrder, (each) => each.taxFree) : sumWon(parts.map((each) => each.taxFree))),
    parts,
    reason,
  }
}

/** An order whose parts changed as told, with the states of its lines and its label as they follow from that. */
const withUnits = (
  order: OrderRecord,
  parts: readonly Part[],
  changed: (line: OrderLine, part: Part) => Partial<OrderLine>,
): OrderRecord => {
  const byLine = new Map(parts.map((each) => [each.number, each]))
  const lines = order.lines.map((line) => {
    const part = byLine.get(line.number)
    if (!part) return line
    const next = { ...line, ...changed(line, part) }
    return { ...next, status: lineStatusOf(next) }
  })
  return { ...order, lines, status: labelOf('PAID', lines) }
}

/** The order while these units are being canceled. */
export const withCanceling = (order: OrderRecord, parts: readonly Part[]): OrderRecord =>
  withUnits(order, parts, (line, part) => ({
    canceling: line.canceling + part.quantity,
    canceledAmount: won(line.canceledAmount + part.amount),
  }))

/** The order once units that were being canceled are. */
export const withCanceled = (order: OrderRecord, parts: readonly Part[]): OrderRecord =>
  withUnits(order, parts, (line, part) => ({
    canceling: line.canceling - part.quantity,
    canceled: line.canceled + part.quantity,
  }))

/** The order once the cancellation of units that were being canceled was refused: they are as they were paid. */
export const withReturned = (order: OrderRecord, parts: readonly Part[]): OrderRecord =>
  withUnits(order, parts, (line, part) => ({
    canceling: line.canceling - part.quantity,
    canceledAmount: won(line.canceledAmount - part.amount),
  }))

/** What was paid for units that are not canceled, in won: charges too, which are given back with the last of them. */
export const remainingAmount = (order: OrderRecord, cancellations: readonly Cancellation[]): number =>
  order.amount - sumWon(cancellations.filter((each) => each.state === 'DONE').map((each) => each.amount))
