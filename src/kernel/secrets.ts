import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import type { Runtime } from './runtime.ts'

const VERSION = 1
const NONCE = 12
const TAG = 16

/** What the shop's one secret is good for. Keys are derived per purpose, so that nothing made for one opens another. */
export interface Secrets {
  /** A keyed hash (HMAC-SHA-256, base64url): equal parts give equal text; without the secret it can be neither made nor guessed. */
  mac(purpose: string, ...parts: readonly string[]): string
  /** Encrypts for storage (AES-256-GCM under a fresh nonce). */
  seal(purpose: string, plain: string): Buffer
  /** Decrypts what `seal` made for the same purpose; throws when the secret or the purpose is another or the bytes were changed. */
  open(purpose: string, sealed: Uint8Array): string
}

/** Hash of a value that is itself unguessable (256 random bits), as it is stored: no secret needed. */
export const digest = (value: string): string => createHash('sha256').update(value).digest('base64url')

/** `size` unpredictable bytes as text that travels anywhere. */
export const opaque = (runtime: Pick<Runtime, 'random'>, size = 32): string =>
  Buffer.from(runtime.random(size)).toString('base64url')

/** Derives the shop's keys from its secret, at least 32 characters that nobody can guess. */
export const secretsFrom = (secret: unknown, runtime: Pick<Runtime, 'random'>): Secrets => {
  if (typeof secret !== 'string' || secret.length < 32)
    throw new Error('JANGTEO_SECRET must be set, to at least 32 characters that nobody can guess.')
  const keys = new Map<string, Buffer>()
  const keyOf = (purpose: string): Buffer => {
    let key = keys.get(purpose)
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', secret, 'jangteo', purpose, 32))
      keys.set(purpose, key)
    }
    return key
  }
  return {
    mac: (purpose, ...parts) =>
      createHmac('sha256', keyOf(`mac ${purpose}`))
        .update(JSON.stringify(parts))
        .digest('base64url'),
    seal: (purpose, plain) => {
      const nonce = runtime.random(NONCE)
      const cipher = createCipheriv('aes-256-gcm', keyOf(`seal ${purpose}`), nonce)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body])
    },
    open: (purpose, sealed) => {
      const bytes = Buffer.from(sealed)
      if (bytes[0] !== VERSION) throw new Error('Sealed by an unknown version')
      const decipher = createDecipheriv('aes-256-gcm', keyOf(`seal ${purpose}`), bytes.subarray(1, 1 + NONCE))
      decipher.setAuthTag(bytes.subarray(1 + NONCE, 1 + NONCE + TAG))
      return decipher.update(bytes.subarray(1 + NONCE + TAG), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}
