import { check, NIL, pages, type Tally, type View } from '#kernel/invariant.ts'
import {
  ordersHolding,
  type OrderSeen,
  type PaymentSeen,
  paymentsOfOrders,
  readCaptures,
  readHolds,
  readOrders,
  recentWords,
  type ReservationSeen,
  reservationsOf,
  statesOfOrders,
} from './orders-store.ts'

const PAID = 'a paid order has one capture of its amount, and its stock'
const LIVE = 'an unpaid order holds its stock, and ends or is paid'
const ENDED = 'an ended order leaves no hold and no money'
const BELONGS = 'each hold belongs to an order, or dies at its deadline'
const CLAIMED = 'each capture belongs to an order'

/** What every service knows of one order. */
interface Seen {
  readonly order: OrderSeen
  readonly payments: readonly PaymentSeen[]
  readonly reservation: ReservationSeen | undefined
  /** When the order service last told of its end, or of the wish to end it. */
  readonly toldAt: number | null
  /** When the payment service last told how an attempt to pay it ended. */
  readonly paymentToldAt: number | null
}

/** Milliseconds after its due time at which an order gives up a deposit by its own clock. */
const DEPOSIT_GRACE = 5 * 60_000

const capturesOf = ({ payments }: Seen): PaymentSeen[] => payments.filter((each) => each.state === 'CAPTURED')

const sameLines = (order: OrderSeen, reservation: ReservationSeen): boolean =>
  order.lines.length === reservation.lines.length && order.lines.every((line, i) => line === reservation.lines[i])

const judgePaid = (tally: Tally, seen: Seen): void => {
  const { order, reservation, toldAt } = seen
  const captures = capturesOf(seen)
  const [capture] = captures
  // What costs nothing is paid without the provider.
  if (captures.length !== (order.amount === 0 ? 0 : 1))
    tally.wrong(order.id, `${order.status} with ${captures.length} captures`)
  else if (order.amount === 0) {
    if (order.paymentKey !== null) tally.wrong(order.id, `${order.status} at 0 won by a payment`)
  } else if (capture!.paymentKey !== order.paymentKey || capture!.amount !== order.amount)
    tally.wrong(order.id, `${order.status} at ${order.amount} won by another payment of ${capture!.amount} won`)
  else if (order.status === 'PAID' && capture!.refunded === capture!.amount && order.remaining > 0)
    tally.wrongSince(capture!.refundAt, order.id, 'PAID, but all its money was given back')

  if (capture && capture.refunded < order.givenBack)
    tally.wrong(order.id, `its cancellations gave back ${order.givenBack} won, its payment ${capture.refunded}`)

  if (!reservation) tally.wrong(order.id, `${order.status} without a reservation of stock`)
  else if (!sameLines(order, reservation)) tally.wrong(order.id, 'its reservation is for other goods')
  else if (reservation.state === 'SECURED')
    tally.wrongSince(order.paidAt, order.id, 'paid, but its stock never became an allocation')
  else if (reservation.state !== 'ALLOCATED')
    tally.wrong(order.id, `${order.status}, but its stock is ${reservation.state}`)

  const isCanceling = order.status === 'CANCEL_REQUESTED' || order.cancelingSince !== null
  const since = Math.max(capture?.refundAt ?? 0, order.cancelingSince ?? 0, toldAt ?? 0)
  if (isCanceling && !capture?.awaitingAccount)
    tally.wrongSince(since === 0 ? null : since, order.id, 'its cancellation never came to an end')
}

const judgeHold = (tally: Tally, { order, reservation }: Seen, since: number | null): void => {
  const holds = reservation?.state === 'HELD' || reservation?.state === 'SECURED'
  if (!holds) tally.wrongSince(since, order.id, `${order.status}, but its stock is ${reservation?.state ?? 'not held'}`)
  else if (!sameLines(order, reservation)) tally.wrong(order.id, 'its reservation is for other goods')
}

const judgeLive = (tally: Tally, seen: Seen, now: number): void => {
  const { order, payments, paymentToldAt } = seen
  const { id, status, payBefore } = order
  const [capture] = capturesOf(seen)
  // A deposit may have been made long before we hear of it.
  const capturedAt = Math.max(capture?.capturedAt ?? 0, paymentToldAt ?? 0)
  if (capture) return tally.wrongSince(capturedAt, id, `its money was captured, but it is ${status}`)
  if (status === 'PENDING_PAYMENT') {
    if (payBefore <= now) return tally.wrongSince(payBefore, id, 'its time to pay has passed, but it did not expire')
    return judgeHold(tally, seen, null)
  }
  const attempt = payments.find((each) => each.paymentKey === order.paymentKey)
  if (!attempt && status === 'AWAITING_DEPOSIT') tally.wrong(id, `${status} without an attempt to pay`)
  // The attempt follows, or the order costs nothing: then the sweep takes it up.
  else if (!attempt) tally.wrongSince(order.nextTryAt, id, `${status}, but nobody resumed its payment`)
  // An attempt whose outcome is open is judged with the money.
  else if (attempt.state === 'FAILED' || attempt.state === 'REFUSED')
    tally.wrongSince(paymentToldAt ?? attempt.createdAt, id, `${status}, but the attempt is ${attempt.state}`)
  else if (status === 'AWAITING_DEPOSIT' && payBefore + DEPOSIT_GRACE <= now)
    tally.wrongSince(payBefore + DEPOSIT_GRACE, id, 'its deposit is overdue, but it did not expire')
  else judgeHold(tally, seen, attempt.createdAt)
}

const judgeEnded = (tally: Tally, seen: Seen): void => {
  const { order, payments, reservation, toldAt, paymentToldAt } = seen
  const since = toldAt ?? order.canceledAt
  for (const { state } of payments)
    if (state === 'AWAITING_DEPOSIT')
      tally.wrongSince(since, order.id, `${order.status}, but its virtual account is still open`)
  if (reservation && reservation.state !== 'RELEASED' && reservation.state !== 'RESTOCKED')
    tally.wrongSince(since, order.id, `${order.status}, but its stock is ${reservation.state}`)
  // What waits for an account to go to is a case for a person, not something that was forgotten.
  for (const { amount, refunded, awaitingAccount, capturedAt, refundAt } of capturesOf(seen))
    if (refunded + awaitingAccount < amount)
      tally.wrongSince(
        Math.max(capturedAt ?? 0, refundAt ?? 0, since ?? 0, paymentToldAt ?? 0),
        order.id,
        `${order.status}, but ${amount - refunded - awaitingAccount} won were not given back`,
      )
}

const isLive = ({ status }: OrderSeen): boolean =>
  status === 'PENDING_PAYMENT' || status === 'PAYING' || status === 'AWAITING_DEPOSIT'
const isPaid = ({ status }: OrderSeen): boolean => status === 'PAID' || status === 'CANCEL_REQUESTED'

/** What payment and product know of orders, order by order. */
const examineOrders = async (view: View, tally: (name: typeof PAID | typeof LIVE | typeof ENDED) => Tally) => {
  const words = await recentWords(
    view.store('order'),
    'order',
    ['order.canceled', 'order.expired', 'order.cancel_requested'],
    view.now - view.grace,
  )
  const paymentWords = await recentWords(
    view.store('payment'),
    'payment',
    ['payment.captured', 'payment.failed'],
    view.now - view.grace,
  )
  await pages(
    (after, limit) => readOrders(view.store('order'), after, limit),
    NIL,
    async (rows) => {
      const payments = await paymentsOfOrders(
        view.store('payment'),
        rows.map((each) => each.id),
      )
      const reservations = await reservationsOf(
        view.store('product'),
        rows.map((each) => each.reservationId),
      )
      for (const order of rows) {
        const seen: Seen = {
          order,
          payments: payments.get(order.id) ?? [],
          reservation: reservations.get(order.reservationId),
          toldAt: words.get(order.id) ?? null,
          paymentToldAt: paymentWords.get(order.id) ?? null,
        }
        const kind = tally(isPaid(order) ? PAID : isLive(order) ? LIVE : ENDED)
        kind.looked++
        if (isPaid(order)) judgePaid(kind, seen)
        else if (isLive(order)) judgeLive(kind, seen, view.now)
        else judgeEnded(kind, seen)
      }
    },
  )
}

/** Holds that no order knows of: one was never placed, or gave its items up for others. */
const examineHolds = (view: View, tally: Tally) =>
  pages(
    (after, limit) => readHolds(view.store('product'), after, limit),
    NIL,
    async (rows) => {
      tally.looked += rows.length
      const known = await ordersHolding(
        view.store('order'),
        rows.map((each) => each.id),
      )
      for (const { id, state, expiresAt } of rows)
        if (!known.has(id) && expiresAt <= view.now) tally.wrongSince(expiresAt, id, `${state} for no order`)
    },
  )

const examineCaptures = (view: View, tally: Tally) =>
  pages(
    (after, limit) => readCaptures(view.store('payment'), after, limit),
    NIL,
    async (rows) => {
      tally.looked += rows.length
      const known = await statesOfOrders(
        view.store('order'),
        rows.map((each) => each.orderId),
      )
      for (const { id, orderId, amount, refunded, capturedAt } of rows)
        if (!known.has(orderId) && refunded < amount)
          tally.wrongSince(
            capturedAt,
            id,
            `${amount - refunded} won captured for an order that does not exist, ${orderId}`,
          )
    },
  )

/** Order, payment and product tell the same story of each purchase. */
export const purchases = check({
  family: 'orders',
  needs: ['order', 'payment', 'product'],
  invariants: [PAID, LIVE, ENDED, BELONGS, CLAIMED],
  examine: async (view, tally) => {
    await examineOrders(view, tally)
    await examineHolds(view, tally(BELONGS))
    await examineCaptures(view, tally(CLAIMED))
  },
})
