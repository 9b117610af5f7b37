import type { OutputOf } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { looseSum, MAX_WON, won } from '#kernel/money.ts'
import type { Database } from '#kernel/store.ts'
import {
  AMOUNT_TOO_LARGE,
  PRICE_CHANGED,
  RESERVATION_CONFLICT,
  RESERVATION_ENDED,
  type product,
  type SoldLine,
} from '../contract.ts'
import { retryOnDeadlock, codeOf } from '../stock/retry-on-deadlock.ts'
import { inLockOrder, isFor, packed, StockChanges, Supply, type Line, type Reservation } from './reservation.ts'
import { outOfStock, skuNotFound, type Offers } from './refusals.ts'
import { replace } from './replace.ts'
import { moveStock } from './reservation-transitions.ts'
import {
  deleteReservations,
  findOffers,
  findReservations,
  insertNewReservations,
  insertReservations,
  lockSkus,
  type NewReservation,
} from '../stock/stock-store.ts'

type Answer = OutputOf<typeof product.operations.reserve>

/** What is asked for, as `reserve` takes it. */
export interface Request {
  readonly reservationId: string
  readonly lines: readonly Line[]
  readonly expiresAt: number
  /** The reservation its order is with, which this one is to replace. */
  readonly replaces?: string | undefined
  /** What the lines must cost together, in won, for anything to be held. */
  readonly expectedAmount?: number | undefined
}

interface Ask {
  readonly id: string
  readonly given: readonly Line[]
  readonly lines: readonly Line[]
  readonly expiresAt: number
  readonly replaces: string | undefined
  readonly expectedAmount: number | undefined
  answer: Answer | Fault | undefined
}

/** Someone else changed what we had read: a reservation exists, stock ran short, or we were chosen to end a deadlock. */
const OVERTAKEN = new Set(['23505', '23514', '40P01'])

const answerOf = (ask: Ask, priceOf: (skuId: string) => number, offers: Offers): Answer => ({
  lines: ask.given.map(({ skuId, quantity }): SoldLine => {
    const { productId, productName, imageUrl, options } = offers.get(skuId)!
    return {
      skuId,
      quantity,
      productId,
      productName,
      imageUrl,
      options,
      unitPrice: priceOf(skuId) as SoldLine['unitPrice'],
    }
  }),
})

/** The fault to answer with when the lines cost more than one order can. What replaces another keeps its prices: its order decides. */
const excess = ({ replaces }: Ask, { lines }: Answer): Fault | undefined => {
  const amount = looseSum(lines.map((each) => each.unitPrice * each.quantity))
  return replaces || amount <= MAX_WON ? undefined : AMOUNT_TOO_LARGE({ amount, most: won(MAX_WON) })
}

/** The fault to answer with when the lines cost something else than the customer was shown. */
const priceChange = ({ expectedAmount: expected }: Ask, { lines }: Answer): Fault | undefined => {
  const amount = lines.reduce((sum, each) => sum + each.unitPrice * each.quantity, 0)
  return expected === undefined || expected === amount ? undefined : PRICE_CHANGED({ expected, amount, lines })
}

const heldAnswer = (ask: Ask, offers: Offers): Answer => answerOf(ask, (id) => offers.get(id)!.unitPrice, offers)

/** The answer to a request whose reservation exists: the first answer again, prices as they were. */
const repeated = (ask: Ask, kept: Reservation, offers: Offers): Answer | Fault => {
  if (kept.state === 'RELEASED' || kept.state === 'RESTOCKED') return RESERVATION_ENDED()
  if (!isFor(kept, ask.lines)) return RESERVATION_CONFLICT()
  const answer = answerOf(ask, (id) => kept.unitPrices[kept.skuIds.indexOf(id)]!, offers)
  return priceChange(ask, answer) ?? answer
}

const newReservation = (ask: Ask, offers: Offers): NewReservation => ({
  id: ask.id,
  expiresAt: ask.expiresAt,
  lines: ask.lines.map((line) => ({ ...line, unitPrice: offers.get(line.skuId)!.unitPrice })),
})

const supplyOf = (offers: Offers): Supply =>
  new Supply(new Map([...offers].map(([id, offer]) => [id, offer.available])))

const byId = (a: Ask, b: Ask): number => (a.id < b.id ? -1 : 1)

const demandOf = (asks: readonly Ask[]) => {
  const demand = new StockChanges()
  for (const { lines } of asks) for (const { skuId, quantity } of lines) demand.add(skuId, 0, quantity)
  return demand.sorted()
}

const skuIdsOf = (asks: readonly Ask[]): string[] =>
  inLockOrder(asks.flatMap((ask) => ask.lines.map((line) => line.skuId)))

/**
 * Reserves for many customers at once, each all or nothing and each as if it had come alone, in order of arrival.
 * First optimistically: all of them in one go, reservations first and the contended locks of SKUs last. If that is overtaken
 * by another process, exactly: under the locks each is decided by itself. Those that replace another always are.
 */
export const reserving = (db: Database) => {
  const optimistically = (asks: readonly Ask[], offers: Offers): Promise<void> =>
    db.tx('product.reserve', async (tx) => {
      const demand = demandOf(asks)
      const rows = [...asks].sort(byId).map((ask) => newReservation(ask, offers))
      // Sent together, so that the locks are held for one round trip and the commit.
      await Promise.all([
        tx.query(insertReservations(rows)),
        lockSkus(
          tx,
          demand.map((each) => each.skuId),
        ),
        moveStock(tx, demand),
      ])
    })

  /** Answers those it refused; the rest of `stored` is held, and who is in neither was reserved by someone else. */
  const exactly = (asks: readonly Ask[], offers: Offers): Promise<{ refused: Map<Ask, Fault>; stored: Set<string> }> =>
    db.tx('product.reserve', async (tx) => {
      const refused = new Map<Ask, Fault>()
      const stored = await insertNewReservations(
        tx,
        [...asks].sort(byId).map((ask) => newReservation(ask, offers)),
      )
      const mine = asks.filter((ask) => stored.has(ask.id))
      if (mine.length === 0) return { refused, stored }
      const supply = new Supply(await lockSkus(tx, skuIdsOf(mine)))
      for (const ask of mine) {
        const shortages = supply.shortages(ask.lines)
        if (shortages.length > 0) refused.set(ask, outOfStock(shortages, offers))
        else supply.take(ask.lines)
      }
      const held = mine.filter((ask) => !refused.has(ask))
      if (refused.size > 0) await tx.query(deleteReservations([...refused.keys()].map((ask) => ask.id)))
      if (held.length > 0) await moveStock(tx, demandOf(held))
      return { refused, stored }
    })

  const decideExactly = async (asks: readonly Ask[], offers: Offers): Promise<void> => {
    const { refused, stored } = await retryOnDeadlock(() => exactly(asks, offers))
    for (const ask of asks) if (stored.has(ask.id)) ask.answer = refused.get(ask) ?? heldAnswer(ask, offers)
  }

  const decideReplacing = async (asks: readonly Ask[], offers: Offers): Promise<void> => {
    const given = [...asks].sort(byId).map((ask) => ({ ...newReservation(ask, offers), replaces: ask.replaces! }))
    const { refused, stored } = await retryOnDeadlock(() => replace(db, given, offers))
    for (const ask of asks) if (stored.has(ask.id)) ask.answer = refused.get(ask.id) ?? heldAnswer(ask, offers)
  }

  /** Decides requests of different ids; leaves open those whose reservation another process has just made. */
  const decide = async (asks: readonly Ask[]): Promise<void> => {
    const [offers, kept] = await Promise.all([
      findOffers(db, skuIdsOf(asks)),
      findReservations(
        db,
        asks.map((ask) => ask.id),
      ),
    ])
    const now = supplyOf(offers)
    const optimistic = asks.filter((ask) => {
      const reservation = kept.get(ask.id)
      if (reservation) ask.answer = repeated(ask, reservation, offers)
      else {
        const isSold = ({ skuId }: Line) => (ask.replaces ? offers.has(skuId) : offers.get(skuId)?.onSale)
        const missing = ask.lines.filter((line) => !isSold(line)).map((line) => line.skuId)
        // What was short by itself at this instant may be refused whatever happens to its neighbours.
        const shortages = missing.length > 0 || ask.replaces ? [] : now.shortages(ask.lines)
        if (missing.length > 0) ask.answer = skuNotFound(missing, offers)
        else if (shortages.length > 0) ask.answer = outOfStock(shortages, offers)
        else {
          const answer = heldAnswer(ask, offers)
          ask.answer = excess(ask, answer) ?? priceChange(ask, answer)
        }
      }
      return !ask.answer
    })
    const replacing = optimistic.filter((ask) => ask.replaces)
    if (replacing.length > 0) await decideReplacing(replacing, offers)
    const plain = replacing.length > 0 ? optimistic.filter((ask) => !ask.replaces) : optimistic
    if (plain.length > 0) await decidePlain(plain, offers)
  }

  const decidePlain = async (optimistic: readonly Ask[], offers: Offers): Promise<void> => {
    const together = supplyOf(offers)
    const enough = optimistic.every((ask) => {
      if (together.shortages(ask.lines).length > 0) return false
      together.take(ask.lines)
      return true
    })
    if (!enough) return decideExactly(optimistic, offers)
    try {
      await optimistically(optimistic, offers)
    } catch (error) {
      if (!OVERTAKEN.has(codeOf(error) ?? '')) throw error
      return decideExactly(optimistic, offers)
    }
    for (const ask of optimistic) ask.answer = heldAnswer(ask, offers)
  }

  return async (requests: readonly Request[]): Promise<(Answer | Fault)[]> => {
    const asks = requests.map(({ reservationId, lines, expiresAt, replaces, expectedAmount }): Ask => ({
      id: reservationId,
      given: lines,
      lines: packed(lines),
      expiresAt,
      replaces,
      expectedAmount,
      answer: undefined,
    }))
    for (let open = asks; open.length > 0; open = open.filter((ask) => !ask.answer)) {
      // Of equal ids only the first goes to the database; the others find what became of it in the next round.
      const firsts = new Map<string, Ask>()
      for (const ask of open) if (!firsts.has(ask.id)) firsts.set(ask.id, ask)
      await decide([...firsts.values()])
      for (const ask of open) {
        const first = firsts.get(ask.id)!
        if (ask !== first && first.answer instanceof Fault && isSame(ask, first)) ask.answer = first.answer
      }
    }
    return asks.map((ask) => ask.answer!)
  }
}

const isSame = (a: Ask, b: Ask): boolean =>
  a.replaces === b.replaces &&
  a.expectedAmount === b.expectedAmount &&
  a.lines.length === b.lines.length &&
  a.lines.every((line, i) => line.skuId === b.lines[i]!.skuId && line.quantity === b.lines[i]!.quantity)
