import type { Logger } from 'pino'
import { microBatcher } from '#kernel/batch.ts'
import { memberOf, type CallContext } from '#kernel/context.ts'
import { instant } from '#kernel/contract.ts'
import { derivedId } from '#kernel/ids.ts'
import type { Fault } from '#kernel/fault.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database, Tx } from '#kernel/store.ts'
import type { ShippingAddress } from '#services/member/contract.ts'
import { RESERVATION_CONFLICT, RESERVATION_ENDED, type SoldLine } from '#services/product/contract.ts'
import { IDEMPOTENCY_CONFLICT, IDEMPOTENCY_KEY_REQUIRED, MEMBER_LEAVING, type Order, orderPlaced } from '../contract.ts'
import { amountOf, unpaidLines } from './allocation.ts'
import { factsOf, fingerprintOf, lineFactsOf, orderName, orderNumber, type OrderRecord, toView } from '../order.ts'
import {
  abandon,
  type Answered,
  deleteOrders,
  findAbandoned,
  findAnswers,
  findKeys,
  insertOrders,
  type KeyOfMember,
  type KeyState,
  type NewOrder,
} from './placing-store.ts'
import { onOwnTime } from './give-back.ts'
import type { Holder } from '../holders/holder.ts'
import type { Holders } from '../holders/holders.ts'
import { findLeaving, keepFromLeaving } from '../leaving/leaving-store.ts'
import { scheduleTakeUp } from '../paying/payment-store.ts'
import type { Views } from '../views.ts'

/** A hold outlives its order's deadline by this long, so that only holds without an order ever die by themselves. */
export const HOLD_GRACE = 5 * 60_000

interface PlaceInput {
  readonly items: readonly { skuId: string; quantity: number }[]
  readonly shippingAddress: ShippingAddress
  readonly expectedAmount?: number | undefined
  readonly idempotencyKey?: string | undefined
}

/** What is asked for, and what names it. */
interface Asked extends KeyOfMember {
  readonly input: PlaceInput
  readonly fingerprint: string
}

type Payable = Pick<OrderRecord, 'placedAt' | 'payBefore'>

/** How often an order is tried under holds that were given up or have run out meanwhile. */
const TRIES = 3

const nameOf = ({ memberId, key }: KeyOfMember): string => `${memberId} ${key}`

/** The hold of an attempt under a key. The first is named as holds were before attempts were counted. */
const reservationOf = ({ memberId, key }: KeyOfMember, attempt: number): string =>
  derivedId('order', memberId, key, ...(attempt === 0 ? [] : [String(attempt)]))

const replay = (earlier: Answered, fingerprint: string): Order | Fault =>
  earlier.fingerprint === fingerprint
    ? (earlier.answer as Order)
    : IDEMPOTENCY_CONFLICT(undefined, { field: 'idempotencyKey' })

/**
 * Places orders: every holder holds under an id derived from member, key and attempt, then order, lines, key and event are
 * stored in one transaction. Many customers share a commit. A crash in between leaves holds that the same request finds
 * again, or that end at their deadline. After any other failure the attempt is given up and its holds released at once,
 * unless the order exists: the outcome of a commit may be unknown, and the same request may come twice at once and share
 * the holds. Giving up and storing an order both take the key, so one of them comes first and the other finds it.
 * An order of 0 won is stored in PAYING, and paid at once without the provider.
 */
export const placing = (given: {
  readonly db: Database
  readonly runtime: Runtime
  readonly views: Views
  readonly log: Logger
  readonly holders: Holders
  /** Pays an order of 0 won that is in PAYING; answers it as it is then. */
  readonly payFree: (orderId: string) => Promise<OrderRecord>
  /** Minutes in which an order placed now must be paid. */
  readonly payMinutes: () => number
}) => {
  const { db, runtime, views, log, holders, payFree, payMinutes } = given

  const keys = microBatcher<KeyOfMember, KeyState>({ concurrency: 2, max: 256, name: 'order.answered' }, (wanted) =>
    findKeys(db, wanted),
  )

  /** Stores orders; answers the ids stored, and of these none whose hold was given up or whose buyer is leaving. */
  const store = async (tx: Tx, entries: readonly NewOrder[]) => {
    const members = entries.map(({ order }) => order.memberId)
    // One after another on the connection: who is leaving is looked up once nobody else can begin to.
    const [, ids, abandoned, leaving] = await Promise.all([
      keepFromLeaving(tx, members),
      insertOrders(tx, entries),
      findAbandoned(tx, entries),
      findLeaving(tx, members, runtime.now()),
    ])
    const placed = entries.map(({ order }) => order).filter((each) => ids.has(each.id))
    const refused = new Set(placed.filter((each) => leaving.has(each.memberId)).map((each) => each.id))
    const undone = abandoned.union(refused)
    if (undone.size > 0) await deleteOrders(tx, undone)
    const free = placed.filter((each) => each.amount === 0 && !undone.has(each.id))
    await scheduleTakeUp(
      tx,
      free.map((each) => each.id),
      runtime.now(),
    )
    return { won: ids.difference(undone), abandoned, refused }
  }

  const stored = microBatcher<NewOrder, Order>({ concurrency: 2, max: 256, name: 'order.store' }, async (entries) => {
    const { won, abandoned, refused } = await db.tx('order.place', async (tx) => {
      const outcome = await store(tx, entries)
      views.placed(
        tx,
        entries.map((each) => each.order),
      )
      const placed = entries.filter((each) => outcome.won.has(each.order.id))
      await tx.emitAll(
        orderPlaced,
        placed.map(({ order }) => ({
          ...factsOf(order, order.placedAt),
          lines: lineFactsOf(order),
          payBefore: instant(order.payBefore),
        })),
        placed,
      )
      return outcome
    })
    const lost = entries.filter(({ order: { id } }) => !won.has(id) && !abandoned.has(id) && !refused.has(id))
    const wanted = lost.map((each) => ({ memberId: each.order.memberId, key: each.key }))
    const winners = new Map((lost.length > 0 ? await findAnswers(db, wanted) : []).map((each) => [nameOf(each), each]))
    return entries.map(({ order, key, fingerprint, answer }) => {
      if (won.has(order.id)) return answer as Order
      if (refused.has(order.id)) return MEMBER_LEAVING()
      const winner = winners.get(nameOf({ memberId: order.memberId, key }))
      return winner ? replay(winner, fingerprint) : RESERVATION_ENDED()
    })
  })

  const hold = async (
    holdId: string,
    { memberId, input: { items, expectedAmount } }: Asked,
    expiresAt: number,
    taken: Holder[],
  ): Promise<readonly SoldLine[]> => {
    try {
      return (await holders.hold({ holdId, memberId, items, expiresAt, expectedAmount }, taken)).lines
    } catch (error) {
      // The hold's name comes from the key: other contents under it are a reused key.
      if (RESERVATION_CONFLICT.is(error)) throw IDEMPOTENCY_CONFLICT(undefined, { field: 'idempotencyKey' })
      throw error
    }
  }

  /**
   * Gives an attempt up after a failure, and releases what it took. Answers what was answered under its key, if the order
   * exists after all.
   */
  const giveUp = async (
    under: KeyOfMember,
    attempt: number,
    taken: readonly Holder[],
  ): Promise<Answered | undefined> => {
    try {
      return await onOwnTime(runtime, async () => {
        const earlier = await db.tx('order.abandon-placement', (tx) => abandon(tx, under, attempt))
        if (!earlier) await holders.release(reservationOf(under, attempt), taken)
        return earlier
      })
    } catch (error) {
      log.warn({ err: error }, 'A hold without an order could not be released: it ends at its deadline')
      return undefined
    }
  }

  const orderOf = (
    asked: Asked,
    reservationId: string,
    sold: readonly SoldLine[],
    payable: Payable,
    lines = unpaidLines(sold),
  ): OrderRecord => ({
    id: runtime.id(),
    number: orderNumber(payable.placedAt, runtime.random(8)),
    memberId: asked.memberId,
    status: amountOf(lines) === 0 ? 'PAYING' : 'PENDING_PAYMENT',
    amount: amountOf(lines),
    name: orderName(sold),
    reservationId,
    revision: 0,
    paymentKey: null,
    ...payable,
    paidAt: null,
    canceledAt: null,
    cancellationId: null,
    cancelReason: null,
    shipping: asked.input.shippingAddress,
    lines,
    charges: [],
  })

  const replayed = async (earlier: Answered, { memberId, fingerprint }: Asked): Promise<Order> => {
    const answer = replay(earlier, fingerprint)
    if (answer instanceof Error) throw answer
    if (answer.amount === 0) return toView(await payFree(answer.id))
    await views.forget([{ id: answer.id, memberId }])
    return answer
  }

  /** Holds and stores; answers with the order, or with what was answered under its key before. Undefined: to be tried again. */
  const tried = async (asked: Asked, attempt: number, isLast: boolean): Promise<Order | undefined> => {
    const { memberId, key, fingerprint } = asked
    const taken: Holder[] = []
    try {
      const placedAt = runtime.now()
      const payBefore = placedAt + payMinutes() * 60_000
      const reservationId = reservationOf(asked, attempt)
      const sold = await hold(reservationId, asked, payBefore + HOLD_GRACE, taken)
      const order = orderOf(asked, reservationId, sold, { placedAt, payBefore })
      return await stored.call({ order, key, attempt, fingerprint, answer: toView(order) })
    } catch (error) {
      const isEnded = RESERVATION_ENDED.is(error)
      // Refused by the first of the holders: nothing is held, and the key is as good as new.
      if (taken.length === 0 && !isEnded) throw error
      const answered = await giveUp({ memberId, key }, attempt, taken)
      if (answered) return replayed(answered, asked)
      if (isEnded && !isLast) return undefined
      throw error
    }
  }

  return async (input: PlaceInput, context: CallContext): Promise<Order> => {
    const memberId = memberOf(context.actor)
    const key = input.idempotencyKey
    if (!key) throw IDEMPOTENCY_KEY_REQUIRED(undefined, { field: 'idempotencyKey' })
    const fingerprint = fingerprintOf(input.items, input.shippingAddress, input.expectedAmount)
    const asked: Asked = { memberId, key, input, fingerprint }
    for (let tries = 1; ; tries++) {
      const { answered, attempts } = await keys.call({ memberId, key })
      if (answered) return replayed(answered, asked)
      // Releasing what the attempt before held may have failed.
      if (attempts > 0) await holders.release(reservationOf(asked, attempts - 1))
      const order = await tried(asked, attempts, tries === TRIES)
      if (order) return order.status === 'PAYING' ? toView(await payFree(order.id)) : order
    }
  }
}
