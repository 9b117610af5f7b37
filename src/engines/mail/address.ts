import { addressOf, InvalidAddress } from '#kernel/net/address.ts'

/** Where a mail server is and how it is spoken to, as its client is told. */
export interface SmtpAddress {
  readonly host: string
  readonly port: number
  /** TLS from the first byte. */
  readonly secure: boolean
  /** No mail before the connection has changed to TLS. */
  readonly requireTLS: boolean
  /** The connection stays as it is, even where TLS is offered. */
  readonly ignoreTLS: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
}

/** What `tls` may say. */
const TLS: readonly (string | undefined)[] = [undefined, 'on', 'off']

/**
 * Where the server of an `smtp://` or `smtps://user:password@host:port` address is. Mail in clear text leaves this machine
 * only when the address says `?tls=off`; `?tls=on` has it encrypted on this machine too. Throws InvalidAddress.
 */
export const smtpAddressOf = (given: string): SmtpAddress => {
  const { protocol, user, password, host, port, path, options } = addressOf(given, ['tls'])
  if (host === '') throw new InvalidAddress('it names no host')
  if (path !== '') throw new InvalidAddress('nothing follows the port')
  const tls = options.get('tls')
  if (!TLS.includes(tls)) throw new InvalidAddress('its tls is neither on nor off')
  const secure = protocol === 'smtps'
  if (secure && tls === 'off') throw new InvalidAddress('smtps is TLS: tls=off contradicts it')
  const loopback = /^(127\.|localhost$|::1$)/.test(host)
  return {
    host,
    port: port ?? (secure ? 465 : 587),
    secure,
    requireTLS: !secure && (tls === 'on' || (!loopback && tls !== 'off')),
    ignoreTLS: loopback && tls !== 'on',
    ...(user !== '' && { auth: { user, pass: password } }),
  }
}
