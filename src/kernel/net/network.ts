import { isIPv6 } from 'node:net'

/** The eight groups of an IPv6 address, `::` filled in. */
const groupsOf = (address: string): string[] => {
  const [head = '', tail] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  return tail === undefined ? front : [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back]
}

/**
 * The network a client is throttled as: an IPv4 address itself, the /64 of an IPv6 address, because one subscriber
 * owns all of a /64. An IPv4 address written as IPv6 is the IPv4 address.
 */
export const networkOf = (address: string): string => {
  const bare = address.split('%')[0]!.toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)
  if (mapped) return mapped[1]!
  if (!isIPv6(bare)) return bare
  const groups = groupsOf(bare).slice(0, 4)
  return `${groups.map((each) => Number.parseInt(each, 16).toString(16)).join(':')}::/64`
}
