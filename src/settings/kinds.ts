import { isIP } from 'node:net'

/** How a setting is read from the text of its environment variable. Throws a TypeError that says what would be right. */
export interface Kind<T extends string | number | boolean> {
  read(text: string): T
}

const wrong = (want: string): never => {
  throw new TypeError(want)
}

/** Any text. */
export const text = (): Kind<string> => ({ read: (given) => given })

/** A whole number in a range, both ends included. */
export const whole = (min: number, max: number): Kind<number> => ({
  read: (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return value >= min && value <= max ? value : wrong(`give a whole number from ${min} to ${max}`)
  },
})

/** One of a few words. */
export const choice = <const W extends string>(...words: readonly W[]): Kind<W> => ({
  read: (given) => words.find((word) => word === given) ?? wrong(`give one of ${words.join(', ')}`),
})

/** An absolute address with one of the protocols, named without the colon. */
export const address = (...protocols: readonly string[]): Kind<string> => ({
  read: (given) => {
    const want = `give an address that starts with ${protocols.map((each) => `${each}://`).join(' or ')}`
    const url = URL.parse(given.replace('@/', '@localhost/'))
    return url && protocols.includes(url.protocol.slice(0, -1)) ? given : wrong(want)
  },
})

/** A secret of at least `least` characters. */
export const secret = (least: number): Kind<string> => ({
  read: (given) => (given.length >= least ? given : wrong(`give at least ${least} characters`)),
})

const partsOf = (given: string): readonly string[] => given.split(/[\s,]+/).filter((each) => each !== '')

const NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal'])

const isNetwork = (text: string): boolean => {
  const [host = '', bits] = text.split('/')
  const family = isIP(host)
  return NETWORKS.has(text) || (family > 0 && (bits === undefined || Number(bits) <= (family === 4 ? 32 : 128)))
}

/** Networks, commas between: addresses, CIDR, or one of loopback, linklocal, uniquelocal. */
export const networks = (): Kind<string> => ({
  read: (given) =>
    partsOf(given).every(isNetwork)
      ? partsOf(given).join(',')
      : wrong('give addresses or networks as in 10.0.0.0/8 or loopback, commas between'),
})

/** Origins of web pages, commas between. */
export const origins = (): Kind<string> => ({
  read: (given) =>
    partsOf(given).every((each) => URL.parse(each)?.origin === each)
      ? partsOf(given).join(',')
      : wrong('give origins as in https://admin.example.com, commas between'),
})

const isHostAndPort = (given: string): boolean => {
  const url = URL.parse(`tcp://${given}`)
  return url !== null && url.hostname !== '' && url.port !== '' && url.host === given
}

/** Addresses as host:port, commas between. */
export const hosts = (): Kind<string> => ({
  read: (given) =>
    partsOf(given).every(isHostAndPort)
      ? partsOf(given).join(',')
      : wrong('give addresses as host:port, commas between'),
})
