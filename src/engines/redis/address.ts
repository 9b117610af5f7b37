import { addressOf, InvalidAddress } from '#kernel/net/address.ts'
import { wholeNumberOf } from '#kernel/input/decimal.ts'

/** Where a Redis is and who asks it, as its client is told. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly username?: string
  readonly password?: string
  /** Number of the database. */
  readonly db: number
  /** Of the address of its name: 4, 6, or whichever there is. */
  readonly family: 0 | 4 | 6
  /** There when it is reached by TLS: with the authorities Node.js believes, and a certificate of its name. */
  readonly tls?: Readonly<Record<string, never>>
}

const FAMILIES = [0, 4, 6] as const

/**
 * Where the Redis of a `redis://` or `rediss://user:password@host:port/database` address is. Throws InvalidAddress, for an
 * option such as `?tls=true` too: it is `rediss` that asks for TLS.
 */
export const redisAddressOf = (given: string): RedisAddress => {
  const { protocol, user, password, host, port, path, options } = addressOf(given, ['family', 'db'])
  if (host === '') throw new InvalidAddress('it names no host')
  const [byPath, byOption] = [path, options.get('db') ?? '']
  if (byPath !== '' && byOption !== '') throw new InvalidAddress('it names two databases')
  const db = wholeNumberOf(byPath || byOption || '0')
  if (db === undefined || db < 0) throw new InvalidAddress('its database is no number')
  const family = FAMILIES.find((each) => String(each) === (options.get('family') ?? '0'))
  if (family === undefined) throw new InvalidAddress('its family is neither 4 nor 6')
  return {
    host,
    port: port ?? 6379,
    ...(user !== '' && { username: user }),
    ...(password !== '' && { password }),
    db,
    family,
    ...(protocol === 'rediss' && { tls: {} }),
  }
}
