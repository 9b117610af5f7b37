import type { z } from 'zod'
import type { Runtime } from '#kernel/runtime.ts'
import { freeze } from './freeze.ts'

// What lies in Redis under a key: 16 characters nobody else chose, then what it is. `v`, the version of the shape, a line
// break and the answer as JSON; or `x`, the mark of an answer that was let go of.

export const TOKEN_LENGTH = 16
/** Bytes of an entry at most; a bigger one is not stored, and not read either. */
export const MAX_BYTES = 256 * 1024

const TOKEN = /^[A-Za-z0-9_-]{16}$/
const GONE = 'x'

/** A new token: names one entry, so that it can be told whether there is another under its key by now. */
export const newToken = (runtime: Runtime): string => Buffer.from(runtime.random(12)).toString('base64url')

export const encode = (token: string, shape: number, answer: unknown): string =>
  `${token}v${shape}\n${JSON.stringify(answer)}`

/** The mark that an answer was let go of: an answer that began to be made before it does not take its place. */
export const gone = (token: string): string => token + GONE

/** What an entry turns out to be. `other` is well-formed, but of another version of the shape. */
export type Decoded<V> =
  | { readonly kind: 'answer'; readonly token: string; readonly answer: V }
  | { readonly kind: 'gone' | 'other'; readonly token: string }
  | { readonly kind: 'poisoned'; readonly why: string }

export const poison = (why: string): { kind: 'poisoned'; why: string } => ({ kind: 'poisoned', why })

/** Reads an entry; what is not exactly an answer of ours is not believed. */
export const decode = <V>(bytes: Buffer, shape: number, schema: z.ZodType<V>): Decoded<V> => {
  if (bytes.length > MAX_BYTES) return poison('it is too big')
  const token = bytes.toString('latin1', 0, TOKEN_LENGTH)
  if (!TOKEN.test(token)) return poison('it is not an entry of ours')
  const end = bytes.indexOf('\n')
  const head = bytes.toString('latin1', TOKEN_LENGTH, end < 0 ? bytes.length : end)
  if (end < 0) return head === GONE ? { kind: 'gone', token } : poison('it is not an entry of ours')
  const version = /^v(\d{1,6})$/.exec(head)?.[1]
  if (version === undefined) return poison('it is not an entry of ours')
  if (Number(version) !== shape) return { kind: 'other', token }
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8', end + 1))
  } catch {
    return poison('it is no JSON')
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) return poison(`it has not the right shape: ${parsed.error.issues[0]?.path.join('.') ?? ''}`)
  return { kind: 'answer', token, answer: freeze(parsed.data) }
}
