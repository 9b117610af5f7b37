import type { OrderStatus } from './contract.ts'

/** States of an order's payment. Of a paid order the units of its lines have states of their own. */
export type PaymentState = Exclude<OrderStatus, 'CANCEL_REQUESTED'>

/** States of the units of a paid order's lines. */
export type LineState = 'PAID' | 'CANCEL_REQUESTED' | 'CANCELED'

/** What can happen to an order's payment. */
export type Trigger =
  | 'payment begun'
  | 'deposit awaited'
  | 'payment captured'
  | 'payment refused'
  | 'items changed'
  | 'canceled unpaid'
  | 'deadline passed'

/** What can happen to units of a paid order. */
export type LineTrigger = 'cancellation requested' | 'canceled for nothing' | 'refunded' | 'refund refused'

/**
 * The life of an order's payment: for each state, what may happen and what state follows. Everything absent is refused.
 * `docs/order-states.md` is drawn from this table and the next.
 */
export const life: { readonly [S in PaymentState]: { readonly [H in Trigger]?: PaymentState } } = {
  PENDING_PAYMENT: {
    'payment begun': 'PAYING',
    'items changed': 'PENDING_PAYMENT',
    'canceled unpaid': 'CANCELED',
    'deadline passed': 'EXPIRED',
  },
  // Money may be moving: neither the deadline nor the buyer can end the order until the outcome is known.
  PAYING: {
    'deposit awaited': 'AWAITING_DEPOSIT',
    'payment captured': 'PAID',
    'payment refused': 'PENDING_PAYMENT',
  },
  // An account was issued; the deadline is now the deposit's. It never becomes payable in another way: the provider takes
  // one approved payment for each order id.
  AWAITING_DEPOSIT: {
    'payment captured': 'PAID',
    'payment refused': 'CANCELED',
    'canceled unpaid': 'CANCELED',
    'deadline passed': 'EXPIRED',
  },
  // From here on the units of its lines live by the table below.
  PAID: {},
  CANCELED: {},
  EXPIRED: {},
}

/** The life of the units of a paid order's lines. Later states (preparing, shipping, …) join here. */
export const lineLife: { readonly [S in LineState]: { readonly [T in LineTrigger]?: LineState } } = {
  PAID: {
    'cancellation requested': 'CANCEL_REQUESTED',
    // They cost nothing, or what they cost was given back at the provider's console.
    'canceled for nothing': 'CANCELED',
  },
  CANCEL_REQUESTED: {
    refunded: 'CANCELED',
    'refund refused': 'PAID',
  },
  CANCELED: {} as const,
}

/** How many units of a line are in which state; those of neither are as they were paid. */
export interface LineQuantities {
  readonly quantity: number
  /** Units whose refund is under way. */
  readonly canceling: number
  readonly canceled: number
}

/** The state a line of a paid order is shown in: that of the units that are the least far from being delivered. */
export const lineStatusOf = ({ quantity, canceling, canceled }: LineQuantities): LineState =>
  canceled === quantity ? 'CANCELED' : canceled + canceling === quantity ? 'CANCEL_REQUESTED' : 'PAID'

/** An order's label, from the state of its payment and, once it is paid, the units of its lines. */
export const labelOf = (payment: PaymentState, lines: readonly LineQuantities[]): OrderStatus => {
  if (payment !== 'PAID') return payment
  const states = new Set(lines.map(lineStatusOf))
  return states.has('PAID') ? 'PAID' : states.has('CANCEL_REQUESTED') ? 'CANCEL_REQUESTED' : 'CANCELED'
}

/** The state of the payment that follows, or undefined where it may not happen. */
export const nextStatus = (status: OrderStatus, trigger: Trigger): PaymentState | undefined =>
  status === 'CANCEL_REQUESTED' ? undefined : life[status][trigger]

/** Whether an order with this label was paid and has units that are not canceled. */
export const isPaid = (label: OrderStatus): boolean => label === 'PAID' || label === 'CANCEL_REQUESTED'

/** Labels that nothing leaves. */
export const isEnded = (label: OrderStatus): boolean =>
  Object.keys(label in lineLife ? lineLife[label as LineState] : life[label as PaymentState]).length === 0

const transitionsOf = (table: { readonly [state: string]: { readonly [trigger: string]: string } }): string[] => [
  ...Object.entries(table).flatMap(([from, exits]) =>
    Object.entries(exits).map(([trigger, to]) => `  ${from} --> ${to}: ${trigger}`),
  ),
  ...Object.entries(table).flatMap(([state, exits]) => (Object.keys(exits).length === 0 ? [`  ${state} --> [*]`] : [])),
  '',
]

/** The life of an order's payment as a Mermaid state diagram. */
export const diagram = (): string =>
  ['stateDiagram-v2', '  [*] --> PENDING_PAYMENT: placed', ...transitionsOf(life as never)].join('\n')

/** The life of the units of a paid order as a Mermaid state diagram. */
export const lineDiagram = (): string =>
  ['stateDiagram-v2', '  [*] --> PAID: payment captured', ...transitionsOf(lineLife as never)].join('\n')
