import { createHash } from 'node:crypto'

/** A pair of keys as the developer centre hands them out: one for the browser, one for the server. */
export interface KeyPair {
  readonly clientKey: string
  readonly secretKey: string
}

/** A merchant: what its keys open, nobody else's do. */
export interface Merchant extends KeyPair {
  readonly mid: string
  /** Test keys take `TossPayments-Test-Code`; live keys ignore it. */
  readonly test: boolean
}

export interface Merchants {
  /** The merchant of a client key, if registered. */
  ofClientKey(clientKey: string): Merchant | undefined
  /** The merchant of an `Authorization` header, or the code Toss refuses it with. */
  ofAuthorization(header: string | undefined): Merchant | string
  /** The first pair given: whose buyers pay when a control call names nobody. */
  readonly first: Merchant
  readonly mids: readonly string[]
}

/** The registered merchants. The merchant id is derived from the secret key, so it is the same after every start. */
export const merchants = (keys: readonly KeyPair[]): Merchants => {
  const known = keys.map((pair) => ({
    ...pair,
    mid: `jt${createHash('sha256').update(pair.secretKey).digest('hex').slice(0, 8)}`,
    test: pair.secretKey.startsWith('test_'),
  }))
  const first = known[0]
  if (!first) throw new RangeError('The Toss simulator needs at least one pair of keys')
  const bySecret = new Map(known.map((each) => [each.secretKey, each]))
  const byClient = new Map(known.map((each) => [each.clientKey, each]))
  return {
    first,
    mids: known.map((each) => each.mid),
    ofClientKey: (clientKey) => byClient.get(clientKey),
    ofAuthorization: (header) => {
      const [scheme, encoded] = (header ?? '').split(' ')
      if (!encoded || scheme!.toLowerCase() !== 'basic') return 'UNAUTHORIZED_KEY'
      const decoded = Buffer.from(encoded, 'base64').toString()
      if (!decoded.endsWith(':')) return 'INCORRECT_BASIC_AUTH_FORMAT'
      const key = decoded.slice(0, -1)
      if (byClient.has(key)) return 'INVALID_API_KEY'
      return bySecret.get(key) ?? 'UNAUTHORIZED_KEY'
    },
  }
}
