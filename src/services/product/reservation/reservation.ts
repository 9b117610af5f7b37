/** States of a reservation. HELD dies at its deadline; SECURED does not; the last three are ends, save that what was sold may come back. */
export type ReservationState = 'HELD' | 'SECURED' | 'ALLOCATED' | 'RELEASED' | 'RESTOCKED'

/** What can happen to a reservation. */
export type Cause = 'secure' | 'release' | 'overdue' | 'paid' | 'unneeded' | 'canceled-unpaid' | 'canceled-paid'

/** What a change of state does to stock, for each unit of the reservation's lines. */
export interface Effect {
  readonly to: ReservationState
  readonly reserved: -1 | 0
  readonly onHand: -1 | 0 | 1
}

const effect = (to: ReservationState, reserved: -1 | 0, onHand: -1 | 0 | 1): Effect => ({ to, reserved, onHand })

const secured = effect('SECURED', 0, 0)
const released = effect('RELEASED', -1, 0)
const sold = effect('ALLOCATED', -1, -1)
const returned = effect('RESTOCKED', 0, 1)
/** Sold and returned in one step, because word of the payment came after word of its cancellation: on hand ends where it was. */
const neverLeft = effect('RESTOCKED', -1, 0)

/** Already so: the same was asked before. */
export const DONE = 'done'
/** It ended otherwise, and the asker must be told. */
export const ENDED = 'ended'
/** What the shop promised can no longer be true; a person must look. */
export const IMPOSSIBLE = 'impossible'

export type Verdict = Effect | typeof DONE | typeof ENDED | typeof IMPOSSIBLE

/**
 * The life of a reservation as one table. Repeats and events out of order change nothing: each unit is given back or sold
 * once, whatever came before. A hold that was secured ends by word of its order only, never by a clock or a release.
 */
export const lifeOfReservation: Readonly<Record<Cause, Readonly<Record<ReservationState, Verdict>>>> = {
  secure: { HELD: secured, SECURED: DONE, ALLOCATED: DONE, RELEASED: ENDED, RESTOCKED: ENDED },
  release: { HELD: released, SECURED: DONE, ALLOCATED: DONE, RELEASED: DONE, RESTOCKED: DONE },
  overdue: { HELD: released, SECURED: DONE, ALLOCATED: DONE, RELEASED: DONE, RESTOCKED: DONE },
  unneeded: { HELD: released, SECURED: released, ALLOCATED: IMPOSSIBLE, RELEASED: DONE, RESTOCKED: DONE },
  paid: { HELD: sold, SECURED: sold, ALLOCATED: DONE, RELEASED: IMPOSSIBLE, RESTOCKED: DONE },
  'canceled-unpaid': { HELD: released, SECURED: released, ALLOCATED: IMPOSSIBLE, RELEASED: DONE, RESTOCKED: DONE },
  'canceled-paid': { HELD: neverLeft, SECURED: neverLeft, ALLOCATED: returned, RELEASED: DONE, RESTOCKED: DONE },
}

/** One SKU of a reservation and how many units of it. */
export interface Line {
  readonly skuId: string
  readonly quantity: number
}

/** A reservation as it is kept: lines sorted by SKU, one for each. */
export interface Reservation {
  readonly id: string
  readonly state: ReservationState
  readonly skuIds: readonly string[]
  readonly quantities: readonly number[]
  readonly unitPrices: readonly number[]
  /** Units of each line that came back after they were sold; null or left out while none did. */
  readonly returned?: readonly number[] | null
}

/** Units of each line of a sold reservation that have not come back. */
export const keptOf = ({ quantities, returned }: Reservation): number[] =>
  quantities.map((quantity, i) => quantity - (returned?.[i] ?? 0))

const byId = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Ids in the one order in which everything here takes locks. */
export const inLockOrder = (ids: Iterable<string>): string[] => [...new Set(ids)].sort(byId)

/** Lines as they are kept: one for each SKU, in lock order, repeated ones added up. */
export const packed = (lines: readonly Line[]): Line[] => {
  const sums = new Map<string, number>()
  for (const { skuId, quantity } of lines) sums.set(skuId, (sums.get(skuId) ?? 0) + quantity)
  return [...sums].map(([skuId, quantity]) => ({ skuId, quantity })).sort((a, b) => byId(a.skuId, b.skuId))
}

/** Whether a kept reservation is for these very lines, packed. */
export const isFor = (kept: Reservation, lines: readonly Line[]): boolean =>
  kept.skuIds.length === lines.length &&
  lines.every((line, i) => kept.skuIds[i] === line.skuId && kept.quantities[i] === line.quantity)

/** Change of a SKU's stock: units added to what is on hand and to what is reserved of it. */
export interface StockChange {
  readonly skuId: string
  onHand: number
  reserved: number
}

/** Sums of changes by SKU, in lock order; SKUs that end unchanged are left out. */
export class StockChanges {
  readonly #changes = new Map<string, StockChange>()

  add(skuId: string, onHand: number, reserved: number): void {
    const known = this.#changes.get(skuId)
    if (!known) this.#changes.set(skuId, { skuId, onHand, reserved })
    else {
      known.onHand += onHand
      known.reserved += reserved
    }
  }

  /** Units reserved of a SKU by these changes. */
  reservedOf(skuId: string): number {
    return this.#changes.get(skuId)?.reserved ?? 0
  }

  /** Adds an effect on every line of a reservation; units that came back before do not come back again. */
  apply({ skuIds, quantities, returned }: Reservation, { onHand, reserved }: Effect): void {
    skuIds.forEach((skuId, i) => {
      const back = onHand > 0 ? (returned?.[i] ?? 0) : 0
      this.add(skuId, onHand * (quantities[i]! - back), reserved * quantities[i]!)
    })
  }

  sorted(): StockChange[] {
    return [...this.#changes.values()]
      .filter((each) => each.onHand !== 0 || each.reserved !== 0)
      .sort((a, b) => byId(a.skuId, b.skuId))
  }
}

/** What each SKU has to give while a run of requests is decided in order of arrival. */
export class Supply {
  readonly #available: Map<string, number>

  constructor(available: ReadonlyMap<string, number>) {
    this.#available = new Map(available)
  }

  /** Lines that cannot be had now, with what there is of each. */
  shortages(lines: readonly Line[]): { skuId: string; requested: number; available: number }[] {
    return lines
      .map(({ skuId, quantity }) => ({ skuId, requested: quantity, available: this.#available.get(skuId) ?? 0 }))
      .filter((each) => each.available < each.requested)
  }

  /** Takes the lines, which must have no shortage. */
  take(lines: readonly Line[]): void {
    for (const { skuId, quantity } of lines) this.#available.set(skuId, (this.#available.get(skuId) ?? 0) - quantity)
  }
}
