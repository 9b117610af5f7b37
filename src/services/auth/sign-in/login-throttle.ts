import { networkOf } from '#kernel/net/network.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import { SIGN_IN_THROTTLED } from '../contract.ts'
import type { authSettings } from '../settings.ts'
import { ACCOUNT, counted, forgiven, networkPolicy, PAIR, type Policy } from './throttle.ts'
import { dropFailures, isKnown, lockFailures, noteKnown, saveFailures } from './throttle-store.ts'

/** Slows down guessing. */
export interface LoginThrottle {
  /** Lets an attempt at an account through, counted as failed, or throws SIGN_IN_THROTTLED. The same for accounts there are and are not. */
  admit(email: string, address: string | undefined): Promise<Attempt>
  /** The person has shown who they are by other means: forgets every failure at their account. */
  clear(email: string, address: string | undefined, memberId: string): Promise<void>
}

/** An attempt that was let through. */
export interface Attempt {
  /** It was right: takes it back, and remembers the network as the member's. */
  forgive(memberId: string): Promise<void>
}

interface Watched {
  readonly key: string
  readonly policy: Policy
}

export const guard = (
  { db, runtime, settings }: Pick<Tools<typeof authSettings>, 'db' | 'runtime' | 'settings'>,
  secrets: Secrets,
): LoginThrottle => {
  const networkNow = (): Policy => networkPolicy(settings.JANGTEO_SIGN_IN_FAILURES_PER_CLIENT)

  const keysOf = (email: string, address: string | undefined) => {
    // A call from inside the shop has no address; it is a place of its own.
    const place = address === undefined ? 'inside' : networkOf(address)
    return {
      pair: secrets.mac('sign-in-pair', email, place),
      account: secrets.mac('sign-in-account', email),
      network: secrets.mac('sign-in-network', place),
    }
  }

  return {
    admit: async (email, address) => {
      const keys = keysOf(email, address)
      const known = await isKnown(db, keys.pair)
      const watched: Watched[] = [
        { key: keys.pair, policy: PAIR },
        { key: keys.network, policy: networkNow() },
        ...(known ? [] : [{ key: keys.account, policy: ACCOUNT }]),
      ]
      await db.tx('auth.admit', async (tx) => {
        const before = await lockFailures(
          tx,
          watched.map((each) => each.key),
        )
        const now = runtime.now()
        const until = Math.max(...[...before.values()].map((each) => each.blockedUntil))
        // Refused attempts are not counted: the delay is never drawn out by those who wait badly.
        if (until > now)
          throw SIGN_IN_THROTTLED(undefined, { retryAfter: Math.max(1, Math.ceil((until - now) / 1000)) })
        for (const { key, policy } of watched) await tx.query(saveFailures(key, counted(before.get(key)!, policy, now)))
      })
      const shared = watched.filter((each) => each.key !== keys.pair)
      return {
        forgive: (memberId) =>
          db.tx('auth.forgive', async (tx) => {
            const before = await lockFailures(
              tx,
              shared.map((each) => each.key),
            )
            const now = runtime.now()
            for (const { key, policy } of shared) await tx.query(saveFailures(key, forgiven(before.get(key)!, policy)))
            await tx.query(dropFailures([keys.pair]))
            await tx.query(noteKnown(keys.pair, memberId, now))
          }),
      }
    },
    clear: async (email, address, memberId) => {
      const keys = keysOf(email, address)
      await db.tx('auth.clear-failures', async (tx) => {
        await tx.query(dropFailures([keys.account, keys.pair]))
        await tx.query(noteKnown(keys.pair, memberId, runtime.now()))
      })
    },
  }
}
