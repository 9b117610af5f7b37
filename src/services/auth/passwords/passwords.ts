import { availableParallelism } from 'node:os'
import { hash, parseOptions, verify } from '@node-rs/argon2'
import { RATE_LIMITED } from '#kernel/faults.ts'
import { opaque } from '#kernel/secrets/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import type { SettingsOf } from '#kernel/settings/setting.ts'
import { readCommonPasswords } from './common-password-store.ts'
import type { authSettings } from '../settings.ts'
import { refuseWeak } from './weak-password.ts'

/** Hashes and checks passwords (argon2id), off the main thread. */
export interface Passwords {
  /** Refuses a new password that is too easily guessed: INVALID_INPUT at `field`, with the reason. */
  refuseWeak(field: string, password: string): void
  hash(password: string): Promise<string>
  /** Whether a password is the one; against `undefined` it takes as long and answers false, so that time tells nothing. */
  verify(hashed: string | undefined, password: string): Promise<boolean>
  /** Whether a hash was made more cheaply than today's are. */
  outdated(hashed: string): boolean
}

/** Passwords that may wait for a hash before more are turned away: a second or two of work. */
const WAITING = 200

/** A hand in the work for each of a few at once: hashing shares its threads with files and names, and must leave some. */
const gate = (hands: number) => {
  let free = hands
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else {
      if (waiting.length >= WAITING) throw RATE_LIMITED(undefined, { retryAfter: 2 })
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

/** Argon2id at OWASP's setting (19 MiB, two passes) unless set higher; a test sets it lower. */
export const passwords = async ({
  runtime,
  settings,
}: Pick<Tools, 'runtime'> & {
  readonly settings: Pick<SettingsOf<typeof authSettings>, 'JANGTEO_PASSWORD_MEMORY' | 'JANGTEO_PASSWORD_PASSES'>
}): Promise<Passwords> => {
  const common = await readCommonPasswords()
  const cost = {
    memoryCost: settings.JANGTEO_PASSWORD_MEMORY,
    timeCost: settings.JANGTEO_PASSWORD_PASSES,
    parallelism: 1,
  }
  const inTurn = gate(Math.max(1, Math.min(3, availableParallelism())))
  // The same letter typed on two systems may come in pieces on one: NFC makes them one password.
  const make = (password: string): Promise<string> =>
    hash(password.normalize('NFC'), { ...cost, salt: runtime.random(16) })
  const nobodys = await make(opaque(runtime))
  return {
    refuseWeak: (field, password) => refuseWeak(field, password, common),
    hash: (password) => inTurn(() => make(password)),
    verify: (hashed, password) =>
      inTurn(async () => (await verify(hashed ?? nobodys, password.normalize('NFC'))) && hashed !== undefined),
    outdated: (hashed) => {
      const made = parseOptions(hashed)
      return made.memoryCost < cost.memoryCost || made.timeCost < cost.timeCost
    },
  }
}
