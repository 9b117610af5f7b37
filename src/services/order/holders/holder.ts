import type { SoldLine } from '#services/product/contract.ts'

/** What an order asks every holder for. All holds of an order share one id and one deadline. */
export interface HoldRequest {
  /** Names the hold at every holder, and the attempt it is for: asked for twice under one id, a holder holds once. */
  readonly holdId: string
  readonly memberId: string
  readonly items: readonly { readonly skuId: string; readonly quantity: number }[]
  /** Epoch milliseconds at which the hold ends by itself unless it was secured. */
  readonly expiresAt: number
  /** What the customer was shown, in won. */
  readonly expectedAmount?: number | undefined
  /** The hold of the same order that this one follows: what it holds may be taken over. */
  readonly replaces?: string
}

/** What an order is made of, as far as the holders before have decided it. */
export interface Draft {
  readonly lines: readonly SoldLine[]
}

/**
 * A service that holds something for an order until it is paid: stock, a coupon, points, a seat. Every operation may be
 * repeated. It follows the order's events by itself: `order.paid` uses the hold, `order.canceled`, `order.expired` and
 * (for the former hold) `order.items_changed` give it back.
 */
export interface Holder {
  readonly name: string
  /**
   * Holds, decides what that costs, and answers the draft with its part added. A fault below 500 refuses: then nothing is
   * held. `RESERVATION_ENDED`: the hold of this id was given back or ran out. `RESERVATION_CONFLICT`: it is for something
   * else. Any other error leaves open whether it holds.
   */
  hold(request: HoldRequest, draft: Draft): Promise<Draft>
  /** From now on the hold does not end by itself. `RESERVATION_ENDED` where it has ended already. */
  secure(holdId: string): Promise<void>
  /** Gives the hold back, once. No hold of this id may come about afterwards, not by a late request either. */
  release(holdId: string): Promise<void>
}
