import { isIP } from 'node:net'
import { z } from 'zod'
import { databaseAddressOf } from '#engines/postgres/connection/url.ts'
import { redisAddressOf } from '#engines/redis/address.ts'
import type { Want } from '#kernel/live-setting.ts'
import { addresses, kind, type Kind } from '#kernel/settings/kinds.ts'

/** The address of a PostgreSQL server. */
export const databaseAddress = (): Kind<string> => addresses(['postgres', 'postgresql'], databaseAddressOf)

/** The address of a Redis: with `rediss` it is reached by TLS alone. */
export const redisAddress = (): Kind<string> => addresses(['redis', 'rediss'], redisAddressOf)

/** Texts that are all right by `isOne`, commas or spaces between; read with commas. */
const listOf = (
  isOne: (text: string) => boolean,
  refusal: Want,
  areAll: (texts: readonly string[]) => boolean = () => true,
): Kind<string> =>
  kind(
    z
      .string()
      .transform((given) => given.split(/[\s,]+/).filter((each) => each !== ''))
      .pipe(z.array(z.string().refine(isOne)).refine(areAll))
      .transform((texts) => texts.join(',')),
    refusal,
  )

const NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal'])

const isNetwork = (text: string): boolean => {
  const [host = '', bits] = text.split('/')
  const family = isIP(host)
  return NETWORKS.has(text) || (family > 0 && (bits === undefined || Number(bits) <= (family === 4 ? 32 : 128)))
}

/** Networks, commas between: addresses, CIDR, or one of loopback, linklocal, uniquelocal. */
export const networks = (): Kind<string> =>
  listOf(isNetwork, {
    en: 'give addresses or networks as in 10.0.0.0/8 or loopback, commas between',
    ko: '10.0.0.0/8이나 loopback 같은 주소 또는 대역을 쉼표로 나누어 입력해 주세요',
  })

/** Origins of web pages, commas between. */
export const origins = (): Kind<string> =>
  listOf((each) => URL.parse(each)?.origin === each, {
    en: 'give origins as in https://admin.example.com, commas between',
    ko: 'https://admin.example.com 같은 출처를 쉼표로 나누어 입력해 주세요',
  })

const isHostAndPort = (given: string): boolean => {
  const url = URL.parse(`tcp://${given}`)
  return url !== null && url.hostname !== '' && url.port !== '' && url.host === given
}

/** Addresses as host:port, commas between. */
export const hosts = (): Kind<string> =>
  listOf(isHostAndPort, {
    en: 'give addresses as host:port, commas between',
    ko: 'host:port 형식의 주소를 쉼표로 나누어 입력해 주세요',
  })

const LIMIT = /^[A-Za-z]+(?:\.[A-Za-z]+)?\.(?:address|account|all)=(?:off|[1-9]\d{0,8}\/[1-9]\d{0,5})$/

/** Rate limits by name, commas between. */
export const limits = (): Kind<string> =>
  listOf((each) => LIMIT.test(each), {
    en: 'give limits as in reads.address=6000/60 (calls/seconds) or reads.address=off, commas between',
    ko: '한도를 reads.address=6000/60(횟수/초) 또는 reads.address=off처럼 쓰고 쉼표로 나누어 주세요',
  })

const CANARY = /^[a-z]{1,40}@[\w.+-]{1,60}=(?:100|\d{1,2}(?:\.\d{1,2})?)$/

/** Shares of customers by version of a service, commas between; one version for each service. */
export const canaries = (): Kind<string> =>
  listOf(
    (each) => CANARY.test(each),
    {
      en: 'give a version and its per cent for each service as in product@1.2=10, commas between',
      ko: '서비스마다 버전과 비율(%)을 product@1.2=10처럼 쓰고 쉼표로 나누어 주세요',
    },
    (texts) => new Set(texts.map((each) => each.split('@')[0])).size === texts.length,
  )

/** The name of an environment of the central configuration. */
export const environment = (): Kind<string> =>
  kind(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/), {
    en: 'give a name of small letters, digits and dashes that starts with a letter',
    ko: '영문 소문자로 시작하고 소문자, 숫자, 붙임표로 된 이름을 입력해 주세요',
  })
