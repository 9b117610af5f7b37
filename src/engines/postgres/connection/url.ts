import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import { addressOf, InvalidAddress } from '#kernel/net/address.ts'

/** How a connection is encrypted: not at all, with a server that proves itself as Node.js asks for, or as told. */
export type Encryption =
  | boolean
  | Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'checkServerIdentity'>

/** Where a database is and who asks it, as an address says. */
export interface DatabaseAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
  readonly ssl: Encryption
}

/** Said by other programs too, of no consequence here. */
const IGNORED = ['application_name', 'fallback_application_name', 'connect_timeout', 'client_encoding'] as const
const OPTIONS = ['host', 'port', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'ssl', ...IGNORED] as const

const MODES = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const
type Mode = (typeof MODES)[number]

/** A mode however it is written. Throws InvalidAddress for what is none, or leaves the choice to the server. */
export const sslModeOf = (given: string): Mode => {
  const mode = given.toLowerCase().replaceAll('_', '-')
  const found = MODES.find((each) => each === mode)
  if (found) return found
  const why =
    mode === 'prefer' || mode === 'allow'
      ? `sslmode=${mode} lets whoever answers choose to have it unencrypted`
      : 'its sslmode is not known'
  throw new InvalidAddress(`${why}: give one of ${MODES.join(', ')}`)
}

/** What `ssl` says, as drivers other than libpq have it. */
const SSL: ReadonlyMap<string, Mode> = new Map([
  ['true', 'verify-full'],
  ['1', 'verify-full'],
  ['false', 'disable'],
  ['0', 'disable'],
  ['no-verify', 'no-verify'],
])

const fileOf = (options: ReadonlyMap<string, string>, name: string): string | undefined => {
  const path = options.get(name)
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new InvalidAddress(`its ${name} cannot be read: ${(error as Error).message}`)
  }
}

const modeOf = (options: ReadonlyMap<string, string>): Mode | undefined => {
  const [ssl, sslmode] = [options.get('ssl'), options.get('sslmode')]
  const bySsl = ssl === undefined ? undefined : SSL.get(ssl.toLowerCase())
  if (ssl !== undefined && !bySsl)
    throw new InvalidAddress(`its ssl is not known: give one of ${[...SSL.keys()].join(', ')}`)
  const byMode = sslmode === undefined ? undefined : sslModeOf(sslmode)
  if (bySsl && byMode && (bySsl === 'disable') !== (byMode === 'disable'))
    throw new InvalidAddress('its ssl and its sslmode contradict each other: give one of them')
  return byMode ?? bySsl
}

const FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const

/**
 * How the options of an address have a connection encrypted. `require` and `verify-ca` ask no less of a server than
 * `verify-full`, but for a name where an authority of one's own is given: a man in the middle has a certificate too.
 */
const encryptionOf = (options: ReadonlyMap<string, string>): Encryption => {
  const given = FILES.filter((name) => options.has(name))
  const mode = modeOf(options) ?? (given.length > 0 ? 'verify-full' : 'disable')
  if (mode === 'disable') {
    if (given.length > 0) throw new InvalidAddress(`${given.join(' and ')} would not count: its sslmode is disable`)
    return false
  }
  // What libpq calls the authorities of the system are those Node.js believes.
  const ca = options.get('sslrootcert') === 'system' ? undefined : fileOf(options, 'sslrootcert')
  const [cert, key] = [fileOf(options, 'sslcert'), fileOf(options, 'sslkey')]
  if ((cert === undefined) !== (key === undefined)) throw new InvalidAddress('give both sslcert and sslkey, or neither')
  const files = { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert, key: key! }) }
  try {
    createSecureContext(files)
  } catch (error) {
    throw new InvalidAddress(`its ${given.join(' and ')} cannot be used: ${(error as Error).message}`)
  }
  if (ca !== undefined && !/-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(ca))
    throw new InvalidAddress('its sslrootcert holds no certificate in PEM')
  if (mode === 'no-verify') return { ...files, rejectUnauthorized: false }
  if (mode === 'verify-ca' && ca !== undefined) return { ...files, checkServerIdentity: () => undefined }
  return given.length === 0 ? true : files
}

const isSocket = (host: string): boolean => host.startsWith('/')

const portOf = (given: string | undefined): number | undefined => {
  if (given === undefined) return undefined
  const port = wholeNumberOf(given)
  if (port === undefined || port < 1 || port > 65_535) throw new InvalidAddress('its port is no number from 1 to 65535')
  return port
}

/**
 * Where the database of a `postgres://` address is. Throws InvalidAddress for an address that does not say without doubt
 * where, as whom and how encrypted: encryption that was asked for is never left out.
 */
export const databaseAddressOf = (given: string): DatabaseAddress => {
  const { user, password, host, port, path, options } = addressOf(given, OPTIONS)
  const socket = options.get('host')
  if (socket !== undefined && host !== '' && host !== 'localhost' && host !== socket)
    throw new InvalidAddress('it names two hosts')
  const at = socket ?? (host || 'localhost')
  if (/[,\s]/.test(at)) throw new InvalidAddress('give one host')
  const ssl = encryptionOf(options)
  if (ssl !== false && isSocket(at)) throw new InvalidAddress('a socket of this machine is not encrypted')
  return {
    host: at,
    port: port ?? portOf(options.get('port')) ?? 5432,
    user: user || 'postgres',
    database: path || 'postgres',
    ...(password !== '' && { password }),
    ssl,
  }
}

/**
 * An address with the mode of PGSSLMODE where it says nothing of encryption itself and leads over a network, as PostgreSQL's
 * own programs go by it. Throws InvalidAddress where either is not right.
 */
export const withSslMode = (given: string, mode: string): string => {
  const { host, ssl } = databaseAddressOf(given)
  const { options } = addressOf(given, OPTIONS)
  if (ssl !== false || isSocket(host) || options.has('sslmode') || options.has('ssl')) return given
  return `${given}${given.includes('?') ? '&' : '?'}sslmode=${sslModeOf(mode)}`
}
