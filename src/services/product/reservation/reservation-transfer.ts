import {
  lifeOfReservation,
  StockChanges,
  type Cause,
  type Effect,
  type Line,
  type Reservation,
  type Verdict,
} from './reservation.ts'

/**
 * A reservation with what it lends or borrows. Of each SKU, `reserved` is the sum over live reservations of what they
 * hold less what they have borrowed.
 */
export interface Pledged extends Reservation {
  /** The one live reservation that is to replace this one. */
  readonly lentTo: string | null
  /** The live reservation that this one is to replace. None lends and borrows at the same time. */
  readonly borrowsFrom: string | null
  /** Units borrowed of each of its SKUs; null when it borrows from none. */
  readonly borrowed: readonly number[] | null
  /** The order it was sold to, once that is known. */
  readonly orderId: string | null
  readonly returned: readonly number[] | null
}

type Role = 'lender' | 'borrower'

/**
 * Which of the two is let go when something happens to one of them, by its part in the lending. What names the borrower
 * as its order's proves that the order went over to it. A lender that is secured proves nothing: the order may still
 * change over once its payment was refused, and a late word would take from it what it holds.
 */
export const letGo: Readonly<Record<Cause, Readonly<Record<Role, Role | 'neither'>>>> = {
  secure: { lender: 'neither', borrower: 'lender' },
  release: { lender: 'lender', borrower: 'borrower' },
  overdue: { lender: 'lender', borrower: 'borrower' },
  unneeded: { lender: 'lender', borrower: 'lender' },
  paid: { lender: 'borrower', borrower: 'lender' },
  'canceled-unpaid': { lender: 'borrower', borrower: 'lender' },
  'canceled-paid': { lender: 'borrower', borrower: 'lender' },
}

/** The other reservation of its lending, if it has part in one. */
export const partnerOf = ({ lentTo, borrowsFrom }: Pledged): string | null => lentTo ?? borrowsFrom

const holds = ({ skuIds, quantities }: Reservation, skuId: string): number => quantities[skuIds.indexOf(skuId)] ?? 0

/** Whether a reservation holds stock that it could lend. */
export const isLive = ({ state }: Reservation): boolean => state === 'HELD' || state === 'SECURED'

/** Units of each line that a replaced reservation can lend. */
export const lendable = (lender: Reservation, lines: readonly Line[]): number[] =>
  lines.map(({ skuId, quantity }) => Math.min(quantity, holds(lender, skuId)))

/** Locked reservations, taken through their lives in memory, and what that does to stock. */
export class ReservationSet {
  readonly changes = new StockChanges()
  /** Reservations that are in another state than before. */
  readonly moved = new Map<string, Pledged>()
  /** Reservations whose lending began or ended. */
  readonly pledged = new Map<string, Pledged>()
  readonly #now: Map<string, Pledged>

  constructor(locked: ReadonlyMap<string, Pledged>) {
    this.#now = new Map(locked)
  }

  get(id: string): Pledged | undefined {
    return this.#now.get(id)
  }

  /** Something happens to a reservation, by the word of the order it is sold to: settles its lending as far as that decides it, then does what is asked. */
  happen(id: string, cause: Cause, orderId?: string): Verdict | undefined {
    const named = this.#now.get(id)
    if (!named) return undefined
    const verdict = lifeOfReservation[cause][named.state]
    const partner = partnerOf(named)
    if (partner) {
      const role = named.lentTo ? 'lender' : 'borrower'
      const gone = letGo[cause][role]
      const survives = gone !== 'neither' && gone !== role
      if (survives || (gone === role && typeof verdict !== 'string')) this.#endLending(id, partner)
      if (survives) this.#letGo(partner)
    }
    if (typeof verdict !== 'string') this.#move(id, verdict, orderId)
    return verdict
  }

  /** The order of a reservation is known to be with it: what it was to replace is let go. */
  chosen(id: string): Pledged | undefined {
    const lender = this.#now.get(id)?.borrowsFrom
    if (lender) {
      this.#endLending(id, lender)
      this.#letGo(lender)
    }
    return this.#now.get(id)
  }

  /**
   * Units of a sold reservation come back to its order's account, as many of each line as `units` says: to stock, where
   * `toStock`, or only to be written off. None may be more than has not come back yet.
   */
  giveBack(id: string, orderId: string, units: readonly number[], toStock: boolean): void {
    const sold = this.#now.get(id)!
    const returned = sold.quantities.map((_, i) => (sold.returned?.[i] ?? 0) + units[i]!)
    const after = { ...sold, orderId: sold.orderId ?? orderId, returned }
    if (toStock) sold.skuIds.forEach((skuId, i) => this.changes.add(skuId, units[i]!, 0))
    this.#now.set(id, after)
    this.moved.set(id, after)
  }

  /** A new reservation borrows from the one it is to replace. */
  lend(lenderId: string, borrower: Reservation, borrowed: readonly number[]): void {
    const fresh = { orderId: null, returned: null }
    this.#pledge({ ...borrower, ...fresh, lentTo: null, borrowsFrom: lenderId, borrowed })
    this.#pledge({ ...this.#now.get(lenderId)!, lentTo: borrower.id })
    borrower.skuIds.forEach((skuId, i) => this.changes.add(skuId, 0, -borrowed[i]!))
  }

  /** What was borrowed counts for both again; the caller lets one of them go. */
  #endLending(one: string, other: string): void {
    for (const id of [one, other]) {
      const each = this.#now.get(id)
      if (!each) throw new Error(`The reservation ${id} has part in a lending and is not there`)
      each.borrowed?.forEach((units, i) => this.changes.add(each.skuIds[i]!, 0, units))
      this.#pledge({ ...each, lentTo: null, borrowsFrom: null, borrowed: null })
    }
  }

  #letGo(id: string): void {
    this.#move(id, lifeOfReservation.unneeded[this.#now.get(id)!.state] as Effect)
  }

  #move(id: string, effect: Effect, orderId?: string): void {
    const before = this.#now.get(id)!
    this.changes.apply(before, effect)
    const returned = effect.to === 'RESTOCKED' && before.returned ? before.quantities : before.returned
    const moved = { ...before, state: effect.to, orderId: before.orderId ?? orderId ?? null, returned }
    this.#now.set(id, moved)
    this.moved.set(id, moved)
  }

  #pledge(pledged: Pledged): void {
    this.#now.set(pledged.id, pledged)
    this.pledged.set(pledged.id, pledged)
  }
}
