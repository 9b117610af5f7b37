import { lanes } from '#kernel/batch.ts'
import { memberOf, type CallContext } from '#kernel/context.ts'
import type { Client } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Fault } from '#kernel/fault.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import type { ShippingAddress } from '#services/member/contract.ts'
import { RESERVATION_CONFLICT, type product, type SoldLine } from '#services/product/contract.ts'
import { IDEMPOTENCY_CONFLICT, IDEMPOTENCY_KEY_REQUIRED, type Order, orderPlaced } from './contract.ts'
import {
  amountOf,
  factsOf,
  fingerprintOf,
  lineFactsOf,
  orderName,
  orderNumber,
  type OrderRecord,
  shown,
} from './order.ts'
import { type Answered, findAnswers, insertOrders, type KeyOfMember, type NewOrder } from './store.ts'
import type { Views } from './views.ts'
import { instant } from '#kernel/contract.ts'

/** A hold outlives its order's deadline by this long, so that only holds without an order ever die by themselves. */
export const HOLD_GRACE = 5 * 60_000

interface PlaceInput {
  readonly items: readonly { skuId: string; quantity: number }[]
  readonly shippingAddress: ShippingAddress
  readonly expectedAmount?: number | undefined
  readonly idempotencyKey?: string | undefined
}

const nameOf = ({ memberId, key }: KeyOfMember): string => `${memberId} ${key}`

/**
 * Places orders (design §6): the stock is held under a name derived from member and key, then order, lines, key and event
 * are stored in one transaction. A crash in between leaves a hold that the same request finds again, or that dies at its
 * deadline. Many customers share a commit.
 */
export const placing = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  readonly product: Client<typeof product>
  /** Minutes in which an order placed now must be paid. */
  readonly payMinutes: () => number
}) => {
  const { db, runtime, views, product, payMinutes } = given

  const answered = lanes<KeyOfMember, Answered | undefined>(
    { lanes: 2, max: 256, name: 'order.answered' },
    async (keys) => {
      const found = new Map((await findAnswers(db, keys)).map((each) => [nameOf(each), each]))
      return keys.map((key) => found.get(nameOf(key)))
    },
  )

  const stored = lanes<NewOrder, Order>({ lanes: 2, max: 256, name: 'order.store' }, async (entries) => {
    const won = await db.tx('order.place', async (tx) => {
      const ids = await insertOrders(tx, entries)
      views.placed(
        tx,
        entries.map((each) => each.order),
      )
      const placed = entries.filter((each) => ids.has(each.order.id))
      await tx.emitAll(
        orderPlaced,
        placed.map(({ order }) => ({
          ...factsOf(order, order.placedAt),
          lines: lineFactsOf(order),
          payBefore: instant(order.payBefore),
        })),
        placed,
      )
      return ids
    })
    const lost = entries.filter((each) => !won.has(each.order.id))
    if (lost.length === 0) return entries.map((each) => each.answer as Order)
    const keys = lost.map((each) => ({ memberId: each.order.memberId, key: each.key }))
    const winners = new Map((await findAnswers(db, keys)).map((each) => [nameOf(each), each]))
    return entries.map((each) =>
      won.has(each.order.id)
        ? (each.answer as Order)
        : replay(winners.get(nameOf({ memberId: each.order.memberId, key: each.key }))!, each.fingerprint),
    )
  })

  const replay = (earlier: Answered, fingerprint: string): Order | Fault =>
    earlier.fingerprint === fingerprint
      ? (earlier.answer as Order)
      : IDEMPOTENCY_CONFLICT(undefined, { field: 'idempotencyKey' })

  const hold = async (reservationId: string, input: PlaceInput, expiresAt: number): Promise<readonly SoldLine[]> => {
    try {
      const { items, expectedAmount } = input
      // Compared where the price is fixed: an order refused for its price has held nothing, and its key is as good as new.
      return (await product.reserve({ reservationId, lines: [...items], expiresAt, expectedAmount })).lines
    } catch (error) {
      // The hold's name comes from the key: other contents under it are a reused key.
      if (RESERVATION_CONFLICT.is(error)) throw IDEMPOTENCY_CONFLICT(undefined, { field: 'idempotencyKey' })
      throw error
    }
  }

  return async (input: PlaceInput, context: CallContext): Promise<Order> => {
    const memberId = memberOf(context.actor)
    const key = input.idempotencyKey
    if (!key) throw IDEMPOTENCY_KEY_REQUIRED(undefined, { field: 'idempotencyKey' })
    const fingerprint = fingerprintOf(input.items, input.shippingAddress, input.expectedAmount)
    const earlier = await answered.call({ memberId, key })
    if (earlier) {
      const answer = replay(earlier, fingerprint)
      if (answer instanceof Error) throw answer
      await views.forget([{ id: answer.id, memberId }])
      return answer
    }

    const now = runtime.now()
    const payBefore = now + payMinutes() * 60_000
    const reservationId = derivedId('order', memberId, key)
    const sold = await hold(reservationId, input, payBefore + HOLD_GRACE)
    const order: OrderRecord = {
      id: runtime.id(),
      number: orderNumber(now, runtime.random(8)),
      memberId,
      status: 'PENDING_PAYMENT',
      amount: amountOf(sold),
      name: orderName(sold),
      reservationId,
      revision: 0,
      paymentKey: null,
      payBefore,
      placedAt: now,
      paidAt: null,
      canceledAt: null,
      cancellationId: null,
      cancelReason: null,
      shipping: input.shippingAddress,
      lines: sold.map((line, index) => ({ ...line, number: index + 1, status: 'PENDING_PAYMENT' })),
    }
    return stored.call({ order, key, fingerprint, answer: shown(order) })
  }
}
