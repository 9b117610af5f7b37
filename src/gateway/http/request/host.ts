import type { IncomingMessage } from 'node:http'

/** A host with an optional port (RFC 9110 §7.2): a name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/

/** Whether a text can stand for the authority of our own addresses. */
export const isHost = (text: string): boolean => HOST.test(text) && URL.canParse(`http://${text}`)

let lastGood: string | undefined

/**
 * Whether a request names its host once and well. HTTP/1.1 must name one; older clients need not. Of two headers Node.js
 * would take the first and a proxy perhaps the other.
 */
export const hasGoodHost = ({ headers, rawHeaders, httpVersion }: IncomingMessage): boolean => {
  const { host } = headers
  if (host === undefined) return httpVersion === '1.0'
  let times = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === 4 && name.toLowerCase() === 'host') times++
  }
  if (times !== 1) return false
  if (host === lastGood) return true
  if (!isHost(host)) return false
  lastGood = host
  return true
}
