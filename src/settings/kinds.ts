import { isIP } from 'node:net'
import { addressOf, UnfitAddress } from '#kernel/net/address.ts'
import { type Shape, Unfit } from '#kernel/live-setting.ts'
import { smtpAddressOf } from '#engines/mail/address.ts'
import { databaseAddressOf } from '#engines/postgres/connection/url.ts'
import { redisAddressOf } from '#engines/redis/address.ts'

/** How a setting is read from text, of its environment variable or of the central configuration. */
export interface Kind<T extends string | number | boolean> {
  /** Throws Unfit. */
  read(text: string): T
  /** Any text unless told. */
  readonly shape?: Shape
}

const wrong = (en: string, ko: string): never => {
  throw new Unfit({ en, ko })
}

/** Any text. */
export const text = (): Kind<string> => ({ read: (given) => given })

/** A whole number in a range, both ends included. */
export const whole = (min: number, max: number): Kind<number> => ({
  read: (given) => {
    const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return value >= min && value <= max
      ? value
      : wrong(`give a whole number from ${min} to ${max}`, `${min}에서 ${max} 사이의 정수로 입력해 주세요`)
  },
  shape: { type: 'whole', min, max },
})

/** One of a few words. */
export const choice = <const W extends string>(...words: readonly W[]): Kind<W> => ({
  read: (given) =>
    words.find((word) => word === given) ??
    wrong(`give one of ${words.join(', ')}`, `다음 중 하나로 입력해 주세요: ${words.join(', ')}`),
  shape: { type: 'choice', words },
})

/** Judges an address, and answers it as it is used. Throws UnfitAddress. */
type Judge = (given: string) => unknown

const addresses = (protocols: readonly string[], judge: Judge): Kind<string> => ({
  read: (given) => {
    const starts = protocols.map((each) => `${each}://`)
    const protocol = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1] ?? ''
    if (!protocols.includes(protocol.toLowerCase()))
      return wrong(
        `give an address that starts with ${starts.join(' or ')}`,
        `${starts.join(' 또는 ')}로 시작하는 주소를 입력해 주세요`,
      )
    // In small letters: ioredis takes REDISS:// for redis://, and speaks in the clear.
    const usual = protocol.toLowerCase() + given.slice(protocol.length)
    try {
      judge(usual)
    } catch (error) {
      if (!(error instanceof UnfitAddress)) throw error
      return wrong(error.message, `주소를 확인해 주세요 (${error.message})`)
    }
    return usual
  },
})

/** An absolute address with one of the protocols, named without the colon. It names a host, and has no options. */
export const address = (...protocols: readonly string[]): Kind<string> =>
  addresses(protocols, (given) => {
    if (addressOf(given, []).host === '') throw new UnfitAddress('it names no host')
  })

/** The address of a PostgreSQL server. */
export const databaseAddress = (): Kind<string> => addresses(['postgres', 'postgresql'], databaseAddressOf)

/** The address of a Redis: with `rediss` it is reached by TLS alone. */
export const redisAddress = (): Kind<string> => addresses(['redis', 'rediss'], redisAddressOf)

/** The address of a mail server: `smtps`, or `smtp` that changes to TLS unless it leads to this machine. */
export const smtpAddress = (): Kind<string> => addresses(['smtp', 'smtps'], smtpAddressOf)

/** A secret of at least `least` characters. */
export const secret = (least: number): Kind<string> => ({
  read: (given) =>
    given.length >= least ? given : wrong(`give at least ${least} characters`, `${least}자 이상 입력해 주세요`),
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
      : wrong(
          'give addresses or networks as in 10.0.0.0/8 or loopback, commas between',
          '10.0.0.0/8이나 loopback 같은 주소 또는 대역을 쉼표로 나누어 입력해 주세요',
        ),
})

/** Origins of web pages, commas between. */
export const origins = (): Kind<string> => ({
  read: (given) =>
    partsOf(given).every((each) => URL.parse(each)?.origin === each)
      ? partsOf(given).join(',')
      : wrong(
          'give origins as in https://admin.example.com, commas between',
          'https://admin.example.com 같은 출처를 쉼표로 나누어 입력해 주세요',
        ),
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
      : wrong('give addresses as host:port, commas between', 'host:port 형식의 주소를 쉼표로 나누어 입력해 주세요'),
})

const LIMIT = /^[A-Za-z]+(?:\.[A-Za-z]+)?\.(?:address|account|all)=(?:off|[1-9]\d{0,8}\/[1-9]\d{0,5})$/

/** Rate limits by name, commas between. */
export const limits = (): Kind<string> => ({
  read: (given) =>
    partsOf(given).every((each) => LIMIT.test(each))
      ? partsOf(given).join(',')
      : wrong(
          'give limits as in reads.address=6000/60 (calls/seconds) or reads.address=off, commas between',
          '한도를 reads.address=6000/60(횟수/초) 또는 reads.address=off처럼 쓰고 쉼표로 나누어 주세요',
        ),
})

const CANARY = /^[a-z]{1,40}@[\w.+-]{1,60}=(?:100|\d{1,2}(?:\.\d{1,2})?)$/

/** Shares of customers by version of a service, commas between; one version for each service. */
export const canaries = (): Kind<string> => ({
  read: (given) => {
    const parts = partsOf(given)
    const services = new Set(parts.map((each) => each.split('@')[0]))
    return parts.every((each) => CANARY.test(each)) && services.size === parts.length
      ? parts.join(',')
      : wrong(
          'give a version and its per cent for each service as in product@1.2=10, commas between',
          '서비스마다 버전과 비율(%)을 product@1.2=10처럼 쓰고 쉼표로 나누어 주세요',
        )
  },
})

/** The name of an environment of the central configuration. */
export const environment = (): Kind<string> => ({
  read: (given) =>
    /^[a-z][a-z0-9-]{0,30}$/.test(given)
      ? given
      : wrong(
          'give a name of small letters, digits and dashes that starts with a letter',
          '영문 소문자로 시작하고 소문자, 숫자, 붙임표로 된 이름을 입력해 주세요',
        ),
})

const SENDER = /^([^<>\r\n]+ <[^\s<>@,]+@[^\s<>@,]+>|[^\s<>@,]+@[^\s<>@,]+)$/

/** The sender of mail: an address, or a name and an address. */
export const sender = (): Kind<string> => ({
  read: (given) =>
    SENDER.test(given)
      ? given
      : wrong(
          'give an e-mail address, or a name with one as in 장터 <shop@example.com>',
          '이메일 주소나 장터 <shop@example.com>처럼 이름과 주소를 입력해 주세요',
        ),
})
