import { timingSafeEqual } from 'node:crypto'
import { instant } from '#kernel/contract.ts'
import type { Fault } from '#kernel/fault.ts'
import { networkOf } from '#kernel/net/network.ts'
import { digest, opaque, type Secrets } from '#kernel/secrets/secrets.ts'
import type { Handlers, Tools } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import { CODE_LIFE, drawCode, MAX_TRIES, PROOF_LIFE } from './code.ts'
import { hasLiveCode, lockRates, putCode, putProof, saveRate, takeProof, takeTry, useCode } from './code-store.ts'
import { CODE_INVALID, CODE_LIMIT, PROOF_INVALID, type email } from './contract.ts'
import type { Outgoing } from './mail-queue/mail-queue.ts'
import { allowedFrom, ratesFrom, withOneMore } from './mail-queue/rate.ts'
import { codeLetter } from './mail-queue/template.ts'
import type { emailSettings } from './settings.ts'

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** Seconds until an instant, for `Retry-After`. */
const secondsTo = (at: number, now: number): number => Math.max(1, Math.ceil((at - now) / 1000))

const limited = (from: number, now: number): Fault => CODE_LIMIT(undefined, { retryAfter: secondsTo(from, now) })

/** The first answer that is something, asked of one after the other. */
const firstOf = async <T, A>(all: readonly T[], ask: (one: T) => Promise<A>): Promise<A | undefined> => {
  for (const each of all) {
    const answer = await ask(each)
    if (answer) return answer
  }
  return undefined
}

/** Codes and the proofs they are exchanged for. Only keyed hashes are stored; a code exists in the clear in its mail alone. */
export const codes = (
  { db, runtime, settings }: Pick<Tools<typeof emailSettings>, 'db' | 'runtime' | 'settings'>,
  secrets: Secrets,
  outgoing: Pick<Outgoing, 'queue'>,
  /** Told when a code has been queued: somebody is waiting for it. */
  waitedFor: () => void,
): Pick<Handlers<typeof email>, 'sendCode' | 'verifyCode' | 'redeemProof'> => {
  const hashOf = (email: string): string => secrets.mac('email-address', email)
  /** Under every secret: a code sent before the secret was changed is good after it. */
  const hashesOf = (email: string): readonly string[] => secrets.macs('email-address', email)
  const codeHash = (id: string, code: string): string => secrets.mac('email-code', id, code)
  const clientKey = (kind: string, address: string | undefined): string | undefined =>
    address && secrets.mac('email-client', kind, networkOf(address))

  return {
    sendCode: async ({ email, purpose }, { address, locale }) => {
      const now = runtime.now()
      const rates = ratesFrom(settings)
      const whom = hashOf(email)
      const addressKey = secrets.mac('email-rate', whom, purpose)
      const client = clientKey('codes', address)
      const code = drawCode(runtime.random)
      const expiresAt = now + CODE_LIFE
      await db.tx('email.send-code', async (tx) => {
        const keys = [addressKey, ...(client ? [client] : [])]
        const recent = await lockRates(tx, keys, now + rates.client.window)
        const spaced = await hasLiveCode(tx, whom, purpose, now)
        const from = Math.max(
          allowedFrom(recent.get(addressKey) ?? [], rates.address, now, spaced),
          client ? allowedFrom(recent.get(client) ?? [], rates.client, now) : now,
        )
        if (from > now) throw limited(from, now)
        const id = runtime.id()
        await tx.query(saveRate(addressKey, withOneMore(recent.get(addressKey) ?? [], rates.address, now)))
        if (client) await tx.query(saveRate(client, withOneMore(recent.get(client) ?? [], rates.client, now)))
        await tx.query(putCode({ address: whom, purpose, id, hash: codeHash(id, code), expiresAt }))
        await outgoing.queue(tx, [{ id, to: email, ...codeLetter(purpose, code, locale) }], expiresAt)
      })
      waitedFor()
      return { expiresAt: instant(expiresAt) }
    },

    verifyCode: async ({ email, purpose, code }, { address }) => {
      const now = runtime.now()
      const rates = ratesFrom(settings)
      const client = clientKey('tries', address)
      const proof = opaque(runtime)

      const attempt = async (tx: Tx): Promise<boolean> => {
        const tried = client ? ((await lockRates(tx, [client], now + rates.tries.window)).get(client) ?? []) : []
        const from = allowedFrom(tried, rates.tries, now)
        if (from > now) throw limited(from, now)
        const live = await firstOf(hashesOf(email), async (whom) => {
          const found = await takeTry(tx, whom, purpose, MAX_TRIES, now)
          return found && { ...found, whom }
        })
        if (!live || !secrets.macs('email-code', live.id, code).some((each) => same(each, live.hash))) {
          if (client) await tx.query(saveRate(client, withOneMore(tried, rates.tries, now)))
          return false
        }
        await tx.query(useCode(live.whom, purpose, now))
        await tx.query(putProof(digest(proof), live.whom, purpose, now + PROOF_LIFE))
        return true
      }

      // A wrong try is refused after its commit: it counts.
      if (!(await db.tx('email.verify-code', attempt))) throw CODE_INVALID(undefined, { field: 'code' })
      return { proof }
    },

    redeemProof: async ({ proof, email, purpose, use }) => {
      const good = await firstOf(hashesOf(email), (address) =>
        takeProof(db, { hash: digest(proof), address, purpose, use }, runtime.now()),
      )
      if (!good) throw PROOF_INVALID(undefined, { field: 'emailProof' })
      return { email }
    },
  }
}
