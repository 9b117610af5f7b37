import { createHash } from 'node:crypto'
import { systemContext } from '#kernel/call.ts'
import { auth, type Session } from '#services/auth/contract.ts'
import { cart } from '#services/cart/contract.ts'
import type { Edge } from '../edge.ts'

/** Changes to a visitor's sign-in that pages and API share. */
export interface Sessions {
  /** New tokens for a refresh token, asked once however many requests of a page bring it at the same time. Rejects with the auth service's faults. */
  refresh(refreshToken: string): Promise<Session>
  /** Moves what a guest put in the cart to the member who just signed in. Never fails: a cart left behind must not cost the sign-in. */
  mergeCart(guestId: string, memberId: string): Promise<boolean>
}

/** Milliseconds for which requests with the same refresh token get the same new tokens: a page loads in several requests. */
const SHARED = 10_000

export const sessions = (edge: Pick<Edge, 'endpointOf' | 'runtime' | 'log'>): Sessions => {
  const { endpointOf, runtime, log } = edge
  const underWay = new Map<string, Promise<Session>>()

  const ask = (refreshToken: string): Promise<Session> =>
    endpointOf(auth.name).call(
      // Other processes may hold the other tab: `renew` gives both the same next token.
      'renew' satisfies keyof typeof auth.operations,
      { refreshToken },
      systemContext('gateway', runtime),
    ) as Promise<Session>

  return {
    refresh: (refreshToken) => {
      const key = createHash('sha256').update(refreshToken).digest('base64')
      const found = underWay.get(key)
      if (found) return found
      const refreshing = ask(refreshToken)
      underWay.set(key, refreshing)
      const forget = (): void => void underWay.delete(key)
      refreshing.then(() => runtime.sleep(SHARED).then(forget), forget)
      return refreshing
    },
    mergeCart: async (guestId, memberId) => {
      try {
        await endpointOf(cart.name).call(
          'merge' satisfies keyof typeof cart.operations,
          { guestId, memberId },
          systemContext('gateway', runtime),
        )
        return true
      } catch (error) {
        log.error({ err: error, memberId }, "A guest's cart could not be moved to the member; it stays with the guest")
        return false
      }
    },
  }
}
