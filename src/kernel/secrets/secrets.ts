import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import type { Runtime } from '../runtime.ts'

/** Sealed before secrets could be changed: it does not say by which. */
const UNMARKED = 1
const MARKED = 2
const MARK = 4
const NONCE = 12
const TAG = 16

/** What the shop's one secret is good for. Keys are derived per purpose, so that nothing made for one opens another. */
export interface Secrets {
  /** A keyed hash (HMAC-SHA-256, base64url): equal parts give equal text; without the secret it can be neither made nor guessed. */
  mac(purpose: string, ...parts: readonly string[]): string
  /** The same under every secret that is believed, the one in use first: what was made before a change is known by it. */
  macs(purpose: string, ...parts: readonly string[]): readonly string[]
  /** Encrypts for storage (AES-256-GCM under a fresh nonce). */
  seal(purpose: string, plain: string): Buffer
  /** Decrypts what `seal` made for the same purpose; throws when the secret or the purpose is another or the bytes were changed. */
  open(purpose: string, sealed: Uint8Array): string
  /** What is sealed under another secret than the one in use, sealed anew; nothing where it need not be. Throws as `open`. */
  renewed(purpose: string, sealed: Uint8Array): Buffer | undefined
}

/** Hash of a value that is itself unguessable (256 random bits), as it is stored: no secret needed. */
export const digest = (value: string): string => createHash('sha256').update(value).digest('base64url')

/** `size` unpredictable bytes as text that travels anywhere. */
export const opaque = (runtime: Pick<Runtime, 'random'>, size = 32): string =>
  Buffer.from(runtime.random(size)).toString('base64url')

/** The keys of one secret. */
const ringOf = (secret: string) => {
  const keys = new Map<string, Buffer>()
  const keyOf = (purpose: string): Buffer => {
    let key = keys.get(purpose)
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', secret, 'jangteo', purpose, 32))
      keys.set(purpose, key)
    }
    return key
  }
  return { keyOf, mark: keyOf('mark').subarray(0, MARK) }
}

type Ring = ReturnType<typeof ringOf>

const headOf = (bytes: Buffer): number => (bytes[0] === MARKED ? 1 + MARK : 1)

const opened = ({ keyOf }: Ring, purpose: string, bytes: Buffer): string => {
  const head = headOf(bytes)
  const decipher = createDecipheriv('aes-256-gcm', keyOf(`seal ${purpose}`), bytes.subarray(head, head + NONCE))
  decipher.setAAD(bytes.subarray(1, head))
  decipher.setAuthTag(bytes.subarray(head + NONCE, head + NONCE + TAG))
  return decipher.update(bytes.subarray(head + NONCE + TAG), undefined, 'utf8') + decipher.final('utf8')
}

/** By which of the secrets a value was sealed, as far as it says: the marked one, or any of them. */
const candidates = (rings: readonly Ring[], bytes: Buffer): readonly Ring[] => {
  if (bytes[0] === UNMARKED) return rings
  if (bytes[0] !== MARKED) throw new Error('Sealed by an unknown version')
  const found = rings.filter(({ mark }) => mark.equals(bytes.subarray(1, 1 + MARK)))
  if (found.length === 0) throw new Error('Sealed under a secret that is not given')
  return found
}

const isText = (secret: unknown): secret is string => typeof secret === 'string' && secret.length >= 32

/**
 * Derives the shop's keys from its secret, at least 32 characters that nobody can guess. What was made under `also` is
 * believed too: while a secret is being changed, hosts know either.
 */
export const secretsFrom = (secret: unknown, runtime: Pick<Runtime, 'random'>, also?: unknown): Secrets => {
  if (!isText(secret)) throw new Error('JANGTEO_SECRET must be set, to at least 32 characters that nobody can guess.')
  const own = ringOf(secret)
  const rings = isText(also) && also !== secret ? [own, ringOf(also)] : [own]
  const macBy = ({ keyOf }: Ring, purpose: string, parts: readonly string[]): string =>
    createHmac('sha256', keyOf(`mac ${purpose}`))
      .update(JSON.stringify(parts))
      .digest('base64url')

  const seal = (purpose: string, plain: string): Buffer => {
    const nonce = runtime.random(NONCE)
    const cipher = createCipheriv('aes-256-gcm', own.keyOf(`seal ${purpose}`), nonce)
    cipher.setAAD(own.mark)
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.of(MARKED), own.mark, nonce, cipher.getAuthTag(), body])
  }
  const open = (purpose: string, sealed: Uint8Array): string => {
    const bytes = Buffer.from(sealed)
    const tried = candidates(rings, bytes)
    for (const [n, ring] of tried.entries())
      try {
        return opened(ring, purpose, bytes)
      } catch (error) {
        // Unmarked values do not say by which secret: the last one tried tells what is wrong.
        if (n === tried.length - 1) throw error
      }
    throw new Error('Sealed under a secret that is not given')
  }

  return {
    mac: (purpose, ...parts) => macBy(own, purpose, parts),
    macs: (purpose, ...parts) => rings.map((each) => macBy(each, purpose, parts)),
    seal,
    open,
    renewed: (purpose, sealed) => {
      const plain = open(purpose, sealed)
      const bytes = Buffer.from(sealed)
      const current = bytes[0] === MARKED && own.mark.equals(bytes.subarray(1, 1 + MARK))
      return current ? undefined : seal(purpose, plain)
    },
  }
}

/** The secrets of a service, from its settings. */
export const secretsOf = (settings: Readonly<Record<string, unknown>>, runtime: Pick<Runtime, 'random'>): Secrets =>
  secretsFrom(settings['JANGTEO_SECRET'], runtime, settings['JANGTEO_SECRET_ALSO'])
