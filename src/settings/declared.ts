import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Want } from '#kernel/live-setting.ts'
import {
  address,
  canaries,
  choice,
  databaseAddress,
  environment,
  hosts,
  type Kind,
  limits,
  networks,
  origins,
  redisAddress,
  secret,
  sender,
  smtpAddress,
  text,
  whole,
} from './kinds.ts'
import { isLocal } from './show.ts'

/** `development` brings simulators and secrets of its own; `production` refuses both. */
export type Mode = 'development' | 'production'

/** A setting as it is declared. */
export interface Declared<T extends string | number | boolean> {
  readonly kind: Kind<T>
  /** What it is for, in a line. */
  readonly about: string
  /** Its value when not given; a function where that depends on the mode. Without one it is empty. */
  readonly otherwise?: T | ((mode: Mode) => T)
  /** Must be given in production. */
  readonly needed?: boolean
  /** Never shown. */
  readonly secret?: boolean
  /** Refuses values that only development may have, with what would be right. */
  readonly inProduction?: (value: T) => Want | undefined
  /** May change while the shop runs, by the central configuration. Whoever reads it, reads it at the time of use. */
  readonly live?: Live
}

/** How a setting that may change at run time is shown and shared. */
export interface Live {
  /** Services that read it, or `gateway`: each can be given a value of its own. `every` is all services, none is the host. */
  readonly by: readonly string[] | 'every'
  /** What it is for, in Korean. */
  readonly ko: string
}

const declare = <T extends string | number | boolean>(given: Declared<T>): Declared<T> => given

const checkout = fileURLToPath(new URL('../../', import.meta.url))

const notLocal = (value: string): Want | undefined =>
  isLocal(value)
    ? {
        en: 'give an address outside this machine: simulators are for development',
        ko: '이 컴퓨터 밖의 주소를 입력해 주세요. 시뮬레이터는 개발용입니다',
      }
    : undefined

const notSimulated = (value: string): Want | undefined =>
  /simulator/i.test(value)
    ? {
        en: 'give the key Toss issued: the simulator’s is for development',
        ko: '토스가 발급한 키를 입력해 주세요. 시뮬레이터의 키는 개발용입니다',
      }
    : undefined

const secured = (value: string): Want | undefined =>
  value.startsWith('https://')
    ? notLocal(value)
    : { en: 'give an https:// address', ko: 'https:// 주소를 입력해 주세요' }

const atLeast = (least: number, value: number, why = ''): Want | undefined =>
  value < least ? { en: `give at least ${least}${why}`, ko: `${least} 이상으로 입력해 주세요` } : undefined

/** Every setting of the shop. To add one, add a line here: it is then checked, listed and typed. */
export const declared = {
  PORT: declare({ kind: whole(0, 65_535), otherwise: 3000, about: 'Port the shop listens on; 0 picks a free one.' }),
  HOST: declare({
    kind: text(),
    otherwise: (mode) => (mode === 'production' ? '0.0.0.0' : 'localhost'),
    about: 'Network address the shop listens on.',
  }),
  PUBLIC_URL: declare({
    kind: address('http', 'https'),
    needed: true,
    inProduction: secured,
    about: 'Address customers reach the shop at; by default the one it listens on.',
  }),
  JANGTEO_TRUST_PROXY: declare({
    kind: networks(),
    about: 'Proxies in front of the shop whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default.',
  }),
  JANGTEO_CORS_ORIGINS: declare({
    kind: origins(),
    about: 'Other origins whose pages may call the API, with a bearer token.',
  }),
  JANGTEO_PLACEMENT: declare({
    kind: text(),
    about: 'File that says which host runs what; `--placement` of serve goes before.',
  }),
  JANGTEO_INTERNAL_HOST: declare({
    kind: text(),
    otherwise: (mode) => (mode === 'production' ? '0.0.0.0' : '127.0.0.1'),
    about: 'Network address a host takes the calls of other hosts on.',
  }),
  JANGTEO_INTERNAL_ADDRESS: declare({
    kind: text(),
    about: 'Address, or address:port, at which others reach this host, where a registry is told; else the placement’s.',
  }),
  JANGTEO_HOST_NAME: declare({
    kind: text(),
    about: 'Name of this process, which no other has; by default the placement’s with the number of the replica.',
  }),
  JANGTEO_VERSION: declare({
    kind: text(),
    about: 'Version of the shop this process runs, told to the others: canaries are chosen by it.',
  }),
  JANGTEO_ZONE: declare({
    kind: text(),
    about: 'Zone this process stands in; calls stay in their zone while they can. By default the placement’s.',
  }),
  JANGTEO_WEIGHT: declare({
    kind: whole(0, 1_000),
    otherwise: 0,
    about: 'Share of the calls this process takes beside others; 100 is an ordinary one. 0: the placement’s.',
  }),
  JANGTEO_INTERNAL_SECRET: declare({
    kind: secret(32),
    secret: true,
    about: 'By it hosts of one shop know each other; in development derived from the secret in the data directory.',
  }),
  JANGTEO_INTERNAL_SECRET_ALSO: declare({
    kind: secret(32),
    secret: true,
    about: 'A second one that is believed too, while the first is being changed.',
  }),
  JANGTEO_INTERNAL_TLS_KEY: declare({
    kind: text(),
    about: 'File of the key by which this host proves itself to others.',
  }),
  JANGTEO_INTERNAL_TLS_CERT: declare({
    kind: text(),
    about: 'File of its certificate; with it calls between hosts are https.',
  }),
  JANGTEO_INTERNAL_TLS_CA: declare({ kind: text(), about: 'File of the authority whose certificates hosts believe.' }),
  JANGTEO_START_PATIENCE: declare({
    kind: whole(0, 3_600),
    otherwise: 30,
    about: 'Seconds a start waits for a database that is not there yet.',
  }),
  JANGTEO_MIGRATE_PATIENCE: declare({
    kind: whole(0, 86_400),
    otherwise: 300,
    about: 'Seconds migrations are tried again while others hold the locks they need; then the start is given up.',
  }),
  JANGTEO_LEAVE_GRACE: declare({
    kind: whole(0, 120_000),
    otherwise: (mode) => (mode === 'production' ? 5_000 : 1_000),
    about: 'Milliseconds a host that ends is still there for callers that have not heard of it.',
  }),
  RATE_LIMITS: declare({
    kind: limits(),
    about:
      'Rate limits that differ from those built in: reads.address=6000/60 (calls/seconds), auth.signIn.address=off.',
    live: {
      by: ['gateway'],
      ko: '기본과 다른 요청 한도. reads.address=6000/60(횟수/초), auth.signIn.address=off처럼 씁니다.',
    },
  }),
  RATE_LIMIT_FACTOR: declare({
    kind: whole(0, 100_000),
    otherwise: (mode) => (mode === 'production' ? 1 : 10_000),
    about: 'What every rate limit is multiplied by; 0 lifts all of them.',
    live: { by: ['gateway'], ko: '모든 요청 한도에 곱하는 수. 0이면 한도가 없습니다.' },
  }),
  CANARY: declare({
    kind: canaries(),
    about: 'Per cent of customers whose calls go to another version of a service: product@1.2=10, commas between.',
    live: { by: ['gateway'], ko: '서비스의 다른 버전으로 보내는 고객의 비율(%). product@1.2=10처럼 씁니다.' },
  }),
  METRICS_TOKEN: declare({
    kind: secret(16),
    secret: true,
    about:
      'Whoever reads /metrics, or at the edge the details of /health/ready, must show it as bearer token. Without it the internal port shows them to all who reach it.',
  }),
  JANGTEO_CONFIG_ENVIRONMENT: declare({
    kind: environment(),
    about: 'Environment whose values of the central configuration count here; by default development or production.',
  }),
  JANGTEO_CONFIG_KEEP: declare({
    kind: text(),
    about:
      'Live settings, commas between, that this host keeps as its environment has them, whatever the central configuration says; for emergencies.',
  }),
  LOG_LEVEL: declare({
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    otherwise: (mode) => (mode === 'production' ? 'info' : 'warn'),
    about: 'How much is logged.',
    live: { by: 'every', ko: '로그를 얼마나 남길지.' },
  }),
  JANGTEO_DATA: declare({
    kind: { read: (given) => resolve(given) },
    otherwise: resolve(checkout, '.jangteo'),
    about: 'Directory of the embedded database, pictures and development secrets.',
  }),
  JANGTEO_ENGINES: declare({
    kind: text(),
    about: 'Directory of the engines that a cluster on one machine fetches; by default .cache/jangteo/engines at home.',
  }),
  DATABASE_URL: declare({
    kind: databaseAddress(),
    secret: true,
    about: 'PostgreSQL 18 server to use instead of the embedded one; DATABASE_URL_ORDER is that of one service.',
  }),
  REDIS_URL: declare({
    kind: redisAddress(),
    secret: true,
    about:
      'Redis for what hosts share for a short while (leases, rate limits, cached views); without it PostgreSQL and memory.',
  }),
  REDIS_PREFIX: declare({
    kind: text(),
    otherwise: 'jangteo:',
    about: 'Begins every key and channel in Redis; shops that share one Redis have each its own.',
  }),
  KAFKA_BROKERS: declare({
    kind: hosts(),
    about:
      'Kafka brokers events travel by, as host:port, commas between; without them events are read from PostgreSQL.',
  }),
  KAFKA_PREFIX: declare({
    kind: text(),
    otherwise: 'jangteo.',
    about: 'Before the name of every topic and group, so that several shops can share brokers.',
  }),
  KAFKA_PARTITIONS: declare({
    kind: whole(1, 1_000),
    otherwise: 6,
    about: 'Partitions of a topic that is made: as many processes can share the work of a consumer.',
  }),
  KAFKA_REPLICAS: declare({
    kind: whole(1, 10),
    otherwise: (mode) => (mode === 'production' ? 3 : 1),
    about: 'Brokers that keep each partition of a topic that is made; all but one must have an event before it counts.',
  }),
  KAFKA_TLS: declare({
    kind: choice('off', 'on'),
    otherwise: 'off',
    about: 'Whether brokers are reached by TLS: on or off.',
  }),
  KAFKA_CA: declare({
    kind: text(),
    about: 'File of the authority whose certificates of brokers are believed; by default those Node.js believes.',
  }),
  KAFKA_TLS_KEY: declare({ kind: text(), about: 'File of the key by which the shop proves itself to brokers.' }),
  KAFKA_TLS_CERT: declare({ kind: text(), about: 'File of its certificate, for brokers that ask for one.' }),
  KAFKA_SASL: declare({
    kind: choice('off', 'plain', 'scram-sha-256', 'scram-sha-512'),
    otherwise: 'off',
    about: 'How the shop signs in to brokers: off, plain (in production with TLS only), scram-sha-256, scram-sha-512.',
  }),
  KAFKA_USERNAME: declare({ kind: text(), about: 'User the shop signs in to brokers as.' }),
  KAFKA_PASSWORD: declare({ kind: secret(1), secret: true, about: 'Password of that user.' }),
  OPENSEARCH_URL: declare({
    kind: address('http', 'https'),
    secret: true,
    about: 'OpenSearch that searches the catalog; without it PostgreSQL does.',
  }),
  OPENSEARCH_ANALYZER: declare({
    kind: text(),
    otherwise: 'standard',
    about: 'Analyzer of product texts in OpenSearch; nori where the plug-in is installed.',
  }),
  OPENSEARCH_PREFIX: declare({
    kind: text(),
    otherwise: 'jangteo-',
    about: 'Begins the name of every index of this shop: several shops may share one OpenSearch.',
  }),
  OPENSEARCH_DEADLINE: declare({
    kind: whole(10, 10_000),
    otherwise: 500,
    about:
      'Milliseconds OpenSearch is given to answer a search; then PostgreSQL answers, and goes on until it is back.',
  }),
  ZIPKIN_URL: declare({ kind: address('http', 'https'), about: 'Zipkin that traces are sent to.' }),
  OTLP_URL: declare({
    kind: address('http', 'https'),
    about: 'OTLP collector (HTTP) that traces are sent to, as http://collector:4318.',
  }),
  TRACE_PERCENT: declare({
    kind: whole(0, 100),
    otherwise: (mode) => (mode === 'production' ? 1 : 100),
    about: 'Requests of a hundred that are traced, besides those whose caller asks for it.',
    live: { by: [], ko: '요청 백 건 가운데 추적하는 건수. 부르는 쪽이 요청한 추적은 별도입니다.' },
  }),
  JANGTEO_SECRET: declare({
    kind: secret(32),
    needed: true,
    secret: true,
    about: 'Encrypts keys at rest; in development made once and kept in the data directory.',
  }),
  JANGTEO_SECRET_ALSO: declare({
    kind: secret(32),
    secret: true,
    about: 'A second one whose seals open too, while the first is being changed.',
  }),
  JANGTEO_STAFF_PASSWORD: declare({
    kind: secret(10),
    secret: true,
    about: 'Password of staff@jangteo.local in development; made up and printed once when not given.',
  }),
  TOSS_BASE_URL: declare({
    kind: address('https', 'http'),
    otherwise: (mode) => (mode === 'production' ? 'https://api.tosspayments.com' : ''),
    inProduction: secured,
    about: 'Address of Toss Payments; by default the simulator in development.',
  }),
  TOSS_CLIENT_KEY: declare({
    kind: text(),
    otherwise: (mode) => (mode === 'production' ? '' : 'test_ck_simulator'),
    needed: true,
    inProduction: notSimulated,
    about: 'Public key of the shop at Toss.',
  }),
  TOSS_SECRET_KEY: declare({
    kind: secret(8),
    otherwise: (mode) => (mode === 'production' ? '' : 'test_sk_simulator'),
    needed: true,
    secret: true,
    inProduction: notSimulated,
    about: 'Secret key of the shop at Toss.',
    live: { by: ['payment'], ko: '토스페이먼츠 상점의 시크릿 키.' },
  }),
  SMTP_URL: declare({
    kind: smtpAddress(),
    needed: true,
    secret: true,
    inProduction: notLocal,
    about: 'Server that sends mail; by default the mailbox simulator in development.',
  }),
  MAIL_PER_SECOND: declare({
    kind: whole(1, 10_000),
    otherwise: 20,
    about: 'Mails sent in a second at most; mail servers limit how many they take.',
    live: { by: ['email'], ko: '1초에 보내는 메일의 최대 건수. 메일 서버마다 받는 한도가 있습니다.' },
  }),
  MAIL_FROM: declare({
    kind: sender(),
    otherwise: '장터 <no-reply@jangteo.local>',
    about: 'Sender of the shop’s mail.',
    live: { by: ['email'], ko: '장터가 보내는 메일의 발신인.' },
  }),
  JANGTEO_CODES_PER_CLIENT: declare({
    kind: whole(1, 10_000_000),
    otherwise: 300,
    about: 'E-mail codes one network may ask for in an hour.',
    live: { by: ['email'], ko: '한 네트워크에서 한 시간에 요청할 수 있는 이메일 인증번호 수.' },
  }),
  JANGTEO_CODE_TRIES_PER_CLIENT: declare({
    kind: whole(1, 10_000_000),
    otherwise: 60,
    about: 'Wrong e-mail codes one network may try in an hour.',
    live: { by: ['email'], ko: '한 네트워크에서 한 시간에 틀릴 수 있는 이메일 인증번호 수.' },
  }),
  JANGTEO_SIGN_IN_FAILURES_PER_CLIENT: declare({
    kind: whole(1, 10_000_000),
    otherwise: 100,
    about: 'Failed sign-ins of one network, over all accounts, before it is slowed down.',
    live: { by: ['auth'], ko: '한 네트워크에서 로그인에 실패할 수 있는 횟수. 넘으면 느려집니다.' },
  }),
  JANGTEO_PASSWORD_MEMORY: declare({
    kind: whole(8, 4_194_304),
    otherwise: 19_456,
    inProduction: (value) => atLeast(19_456, value, ', the least that is safe'),
    about: 'Memory of a password hash (argon2id) in KiB.',
  }),
  JANGTEO_PASSWORD_PASSES: declare({
    kind: whole(1, 100),
    otherwise: 2,
    inProduction: (value) => atLeast(2, value),
    about: 'Passes of a password hash (argon2id).',
  }),
  ORDER_DELIVERY_DAYS: declare({
    kind: whole(0, 365),
    otherwise: 14,
    about: 'Days after its payment for which an order counts as on its way: its buyer cannot end the membership.',
    live: { by: ['order'], ko: '결제 후 배송 중으로 보는 일수. 그동안 주문한 회원은 탈퇴할 수 없습니다.' },
  }),
  ORDER_PAY_MINUTES: declare({
    kind: whole(1, 1_440),
    otherwise: 10,
    about: 'Minutes in which an order must be paid.',
    live: { by: ['order'], ko: '주문을 결제해야 하는 시간(분).' },
  }),
  DEPOSIT_HOURS: declare({
    kind: whole(1, 720),
    otherwise: 24,
    about:
      'Hours in which a deposit into a virtual account must arrive; the order holds its stock as long. Give the payment window of Toss the same.',
    live: { by: ['payment'], ko: '가상계좌에 입금해야 하는 시간. 그동안 주문이 재고를 잡아 둡니다.' },
  }),
  DEPOSIT_REMINDER_HOURS: declare({
    kind: whole(0, 719),
    otherwise: 3,
    about: 'Hours before a deposit is due at which its buyer is reminded; 0: never.',
    live: { by: ['order'], ko: '입금 기한 몇 시간 전에 구매자에게 알릴지. 0이면 알리지 않습니다.' },
  }),
} as const

/** The value of a setting that is not given; empty when it has none. */
export const otherwiseOf = (one: Pick<Declared<any>, 'otherwise'>, mode: Mode): string | number | boolean =>
  (typeof one.otherwise === 'function' ? one.otherwise(mode) : one.otherwise) ?? ''
