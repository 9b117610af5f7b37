import type { OrderStatus } from './contract.ts'

/** What can happen to an order. */
export type Happening =
  | 'payment begun'
  | 'deposit awaited'
  | 'payment captured'
  | 'payment refused'
  | 'items changed'
  | 'canceled unpaid'
  | 'deadline passed'
  | 'cancellation requested'
  | 'refunded'
  | 'refund refused'

/**
 * The life of an order: for each state, what may happen and what state follows. Everything absent is refused.
 * `docs/order-states.md` is drawn from this table. Later states (preparing, shipping, …) join here.
 */
export const life: { readonly [S in OrderStatus]: { readonly [H in Happening]?: OrderStatus } } = {
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
  PAID: {
    'cancellation requested': 'CANCEL_REQUESTED',
    // The whole amount was given back without a request of ours: at the provider's console.
    refunded: 'CANCELED',
  },
  CANCEL_REQUESTED: {
    refunded: 'CANCELED',
    'refund refused': 'PAID',
  },
  CANCELED: {},
  EXPIRED: {},
}

/** The state that follows, or undefined where it may not happen. */
export const after = (status: OrderStatus, happening: Happening): OrderStatus | undefined => life[status][happening]

/** States that nothing leaves. */
export const isEnded = (status: OrderStatus): boolean => Object.keys(life[status]).length === 0

/** The same table as a Mermaid state diagram. */
export const diagram = (): string =>
  [
    'stateDiagram-v2',
    '  [*] --> PENDING_PAYMENT: placed',
    ...Object.entries(life).flatMap(([from, exits]) =>
      Object.entries(exits).map(([happening, to]) => `  ${from} --> ${to}: ${happening}`),
    ),
    ...Object.entries(life).flatMap(([state, exits]) =>
      Object.keys(exits).length === 0 ? [`  ${state} --> [*]`] : [],
    ),
    '',
  ].join('\n')
