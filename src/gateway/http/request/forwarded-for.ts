import { isIP, isIPv6, SocketAddress } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * An entry of `X-Forwarded-For` as a bare IP address: some proxies add the port of the connection (`1.2.3.4:5555`,
 * `[::1]:80`), and an IPv4 address may be written as IPv6. Undefined for what is no address.
 */
const forwardedAddress = (entry: string): string | undefined => {
  const text = entry.trim().replace(/^"(.*)"$/, '$1')
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1]
  const bare = (bracketed ?? (isIP(text) === 0 ? text.replace(/:\d+$/, '') : text)).split('%')[0]!
  // In one spelling: `::ffff:102:304` and `0:0:0:0:0:ffff:1.2.3.4` are `::ffff:1.2.3.4`.
  const address = isIPv6(bare) ? new SocketAddress({ address: bare, family: 'ipv6' }).address : bare
  return isIP(address) === 0 ? undefined : (MAPPED.exec(address)?.[1] ?? address)
}

/**
 * `X-Forwarded-For` with bare addresses only, counted from the nearest proxy outwards: what stands behind something that is
 * no address was not written by a proxy we could believe, so that the one before it is the client. Undefined where nothing
 * is left: the client is the proxy itself.
 */
export const forwardedFor = (header: string): string | undefined => {
  const believed: string[] = []
  for (const entry of header.split(',').reverse()) {
    const address = forwardedAddress(entry)
    if (address === undefined) break
    believed.unshift(address)
  }
  return believed.length === 0 ? undefined : believed.join(', ')
}
