import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Signs what hosts of one shop tell each other. */
export interface Signing {
  /** What proves that a host of this shop wrote the text. */
  sign(text: string): string
  /** Whether one of them did. */
  isOurs(text: string, signature: string): boolean
}

/**
 * Signs with HMAC-SHA256 for one `purpose`, by keys made of the secrets all hosts of a shop have. The first secret signs,
 * every one is believed, so that a secret is changed without a pause.
 */
export const signing = (secrets: readonly string[], purpose: string): Signing => {
  const keys = secrets.map((each) => Buffer.from(hkdfSync('sha256', each, '', purpose, 32)))
  const macOf = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return {
    sign: (text) => macOf(keys[0]!, text).toString('base64url'),
    isOurs: (text, signature) => {
      const given = Buffer.from(signature, 'base64url')
      return keys.some((key) => {
        const right = macOf(key, text)
        return right.length === given.length && timingSafeEqual(right, given)
      })
    },
  }
}
