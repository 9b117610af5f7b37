/** What is wrong with an address, as the end of a sentence; never the address itself, which may hold a password. */
export class InvalidAddress extends Error {
  override readonly name = 'InvalidAddress'
}

const ENCODED = 'in a user or password write # as %23, / as %2F, ? as %3F, @ as %40 and % as %25'

/** A part of an address without its percent encoding. A % that encodes nothing stands for itself, as in a password. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part.replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    throw new InvalidAddress(`encode it as UTF-8: ${ENCODED}`)
  }
}

/** The parts of an address, decoded. */
export interface Address {
  /** Without the colon, in lower case. */
  readonly protocol: string
  readonly user: string
  readonly password: string
  /** Without the brackets of IPv6; empty when none is given. */
  readonly host: string
  readonly port: number | undefined
  /** Without the slash before it. */
  readonly path: string
  /** By name, each given once. */
  readonly options: ReadonlyMap<string, string>
}

/**
 * Takes an address apart: `protocol://user:password@host:port/path?option=value`. Throws InvalidAddress for one that cannot
 * be told apart without doubt, such as an unencoded # in a password, and for an option that `known` does not list: an
 * option nobody reads would be one that was asked for in vain.
 */
export const addressOf = (given: string, known: readonly string[]): Address => {
  // WHATWG wants a host where there are credentials; those for a socket have none.
  const url = URL.parse(given.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*@)(?=[/?]|$)/i, '$1no-host.invalid'))
  if (!url) throw new InvalidAddress(`give protocol://user:password@host:port/name; ${ENCODED}`)
  if (given.includes('#')) throw new InvalidAddress(`a # ends an address: ${ENCODED}`)
  // Else `name&sslmode=require` would name a database, and what was asked for be left out.
  if (/[&;]/.test(url.host + url.pathname))
    throw new InvalidAddress('options come after a ?: in what stands before it write & as %26 and ; as %3B')
  const options = new Map<string, string>()
  for (const [name, value] of url.searchParams) {
    if (!known.includes(name)) {
      // What is no plain word may be the rest of a password with a ? in it.
      const named = /^[a-z][a-z_]{0,40}$/i.test(name) ? `the option ${name}` : 'an option that is in it'
      const these = known.length > 0 ? `leave it out, or give some of ${known.join(', ')}` : 'it has none'
      throw new InvalidAddress(`${named} is not known: ${these}`)
    }
    if (options.has(name)) throw new InvalidAddress(`give the option ${name} once`)
    options.set(name, value)
  }
  const host = decoded(url.hostname).replace(/^\[|\]$/g, '')
  return {
    protocol: url.protocol.slice(0, -1).toLowerCase(),
    user: decoded(url.username),
    password: decoded(url.password),
    host: host === 'no-host.invalid' ? '' : host,
    port: url.port === '' ? undefined : Number(url.port),
    path: decoded(url.pathname.replace(/^\//, '')),
    options,
  }
}
