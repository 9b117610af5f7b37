import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { address, choice, secret, text, whole } from '#kernel/settings/kinds.ts'
import { notSimulated } from '#kernel/settings/production.ts'
import { setting } from '#kernel/settings/setting.ts'
import { publicUrlSetting, secretSettings, zipkinSetting } from '#kernel/settings/shared.ts'
import { canaries, databaseAddress, environment, hosts, limits, networks, origins, redisAddress } from './kinds.ts'

const checkout = fileURLToPath(new URL('../../', import.meta.url))

/** Settings of the process, the edge and the engines. What a service reads, the service declares: its `settings.ts`. */
export const declared = {
  PORT: setting({ kind: whole(0, 65_535), default: 3000, about: 'Port the shop listens on; 0 picks a free one.' }),
  HOST: setting({
    kind: text(),
    default: (mode) => (mode === 'production' ? '0.0.0.0' : 'localhost'),
    about: 'Network address the shop listens on.',
  }),
  ...publicUrlSetting,
  JANGTEO_TRUST_PROXY: setting({
    kind: networks(),
    about: 'Proxies in front of the shop whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default.',
  }),
  JANGTEO_CORS_ORIGINS: setting({
    kind: origins(),
    about: 'Other origins whose pages may call the API, with a bearer token.',
  }),
  JANGTEO_PLACEMENT: setting({
    kind: text(),
    about: 'File that says which host runs what; `--placement` of serve goes before.',
  }),
  JANGTEO_INTERNAL_HOST: setting({
    kind: text(),
    default: (mode) => (mode === 'production' ? '0.0.0.0' : '127.0.0.1'),
    about: 'Network address a host takes the calls of other hosts on.',
  }),
  JANGTEO_INTERNAL_ADDRESS: setting({
    kind: text(),
    about: 'Address, or address:port, at which others reach this host, where a registry is told; else the placement’s.',
  }),
  JANGTEO_HOST_NAME: setting({
    kind: text(),
    about: 'Name of this process, which no other has; by default the placement’s with the number of the replica.',
  }),
  JANGTEO_VERSION: setting({
    kind: text(),
    about: 'Version of the shop this process runs, told to the others: canaries are chosen by it.',
  }),
  JANGTEO_ZONE: setting({
    kind: text(),
    about: 'Zone this process stands in; calls stay in their zone while they can. By default the placement’s.',
  }),
  JANGTEO_WEIGHT: setting({
    kind: whole(0, 1_000),
    default: 0,
    about: 'Share of the calls this process takes beside others; 100 is an ordinary one. 0: the placement’s.',
  }),
  JANGTEO_INTERNAL_SECRET: setting({
    kind: secret(32),
    secret: true,
    about: 'By it hosts of one shop know each other; in development derived from the secret in the data directory.',
  }),
  JANGTEO_INTERNAL_SECRET_ALSO: setting({
    kind: secret(32),
    secret: true,
    about: 'A second one that is believed too, while the first is being changed.',
  }),
  JANGTEO_INTERNAL_TLS_KEY: setting({
    kind: text(),
    about: 'File of the key by which this host proves itself to others.',
  }),
  JANGTEO_INTERNAL_TLS_CERT: setting({
    kind: text(),
    about: 'File of its certificate; with it calls between hosts are https.',
  }),
  JANGTEO_INTERNAL_TLS_CA: setting({ kind: text(), about: 'File of the authority whose certificates hosts believe.' }),
  JANGTEO_START_PATIENCE: setting({
    kind: whole(0, 3_600),
    default: 30,
    about: 'Seconds a start waits for a database that is not there yet.',
  }),
  JANGTEO_MIGRATE_PATIENCE: setting({
    kind: whole(0, 86_400),
    default: 300,
    about: 'Seconds migrations are tried again while others hold the locks they need; then the start is given up.',
  }),
  JANGTEO_LEAVE_GRACE: setting({
    kind: whole(0, 120_000),
    default: (mode) => (mode === 'production' ? 5_000 : 1_000),
    about: 'Milliseconds a host that ends is still there for callers that have not heard of it.',
  }),
  RATE_LIMITS: setting({
    kind: limits(),
    about:
      'Rate limits that differ from those built in: reads.address=6000/60 (calls/seconds), auth.signIn.address=off.',
    live: {
      by: ['gateway'],
      ko: '기본과 다른 요청 한도. reads.address=6000/60(횟수/초), auth.signIn.address=off처럼 씁니다.',
    },
  }),
  RATE_LIMIT_FACTOR: setting({
    kind: whole(0, 100_000),
    default: (mode) => (mode === 'production' ? 1 : 10_000),
    about: 'What every rate limit is multiplied by; 0 lifts all of them.',
    live: { by: ['gateway'], ko: '모든 요청 한도에 곱하는 수. 0이면 한도가 없습니다.' },
  }),
  CANARY: setting({
    kind: canaries(),
    about: 'Per cent of customers whose calls go to another version of a service: product@1.2=10, commas between.',
    live: { by: ['gateway'], ko: '서비스의 다른 버전으로 보내는 고객의 비율(%). product@1.2=10처럼 씁니다.' },
  }),
  METRICS_TOKEN: setting({
    kind: secret(16),
    secret: true,
    about:
      'Whoever reads /metrics, or at the edge the details of /health/ready, must show it as bearer token. Without it the internal port shows them to all who reach it.',
  }),
  JANGTEO_CONFIG_ENVIRONMENT: setting({
    kind: environment(),
    about: 'Environment whose values of the central configuration count here; by default development or production.',
  }),
  JANGTEO_CONFIG_KEEP: setting({
    kind: text(),
    about:
      'Live settings, commas between, that this host keeps as its environment has them, whatever the central configuration says; for emergencies.',
  }),
  LOG_LEVEL: setting({
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: (mode) => (mode === 'production' ? 'info' : 'warn'),
    about: 'How much is logged.',
    live: { by: 'every', ko: '로그를 얼마나 남길지.' },
  }),
  JANGTEO_DATA: setting({
    kind: { read: (given) => resolve(given) },
    default: resolve(checkout, '.jangteo'),
    about: 'Directory of the embedded database, pictures and development secrets.',
  }),
  JANGTEO_ENGINES: setting({
    kind: text(),
    about: 'Directory of the engines that a cluster on one machine fetches; by default .cache/jangteo/engines at home.',
  }),
  DATABASE_URL: setting({
    kind: databaseAddress(),
    secret: true,
    about: 'PostgreSQL 18 server to use instead of the embedded one; DATABASE_URL_ORDER is that of one service.',
  }),
  REDIS_URL: setting({
    kind: redisAddress(),
    secret: true,
    about:
      'Redis for what hosts share for a short while (leases, rate limits, cached views); without it PostgreSQL and memory.',
  }),
  REDIS_PREFIX: setting({
    kind: text(),
    default: 'jangteo:',
    about: 'Begins every key and channel in Redis; shops that share one Redis have each its own.',
  }),
  KAFKA_BROKERS: setting({
    kind: hosts(),
    about:
      'Kafka brokers events travel by, as host:port, commas between; without them events are read from PostgreSQL.',
  }),
  KAFKA_PREFIX: setting({
    kind: text(),
    default: 'jangteo.',
    about: 'Before the name of every topic and group, so that several shops can share brokers.',
  }),
  KAFKA_PARTITIONS: setting({
    kind: whole(1, 1_000),
    default: 6,
    about: 'Partitions of a topic that is made: as many processes can share the work of a consumer.',
  }),
  KAFKA_REPLICAS: setting({
    kind: whole(1, 10),
    default: (mode) => (mode === 'production' ? 3 : 1),
    about: 'Brokers that keep each partition of a topic that is made; all but one must have an event before it counts.',
  }),
  KAFKA_TLS: setting({
    kind: choice('off', 'on'),
    default: 'off',
    about: 'Whether brokers are reached by TLS: on or off.',
  }),
  KAFKA_CA: setting({
    kind: text(),
    about: 'File of the authority whose certificates of brokers are believed; by default those Node.js believes.',
  }),
  KAFKA_TLS_KEY: setting({ kind: text(), about: 'File of the key by which the shop proves itself to brokers.' }),
  KAFKA_TLS_CERT: setting({ kind: text(), about: 'File of its certificate, for brokers that ask for one.' }),
  KAFKA_SASL: setting({
    kind: choice('off', 'plain', 'scram-sha-256', 'scram-sha-512'),
    default: 'off',
    about: 'How the shop signs in to brokers: off, plain (in production with TLS only), scram-sha-256, scram-sha-512.',
  }),
  KAFKA_USERNAME: setting({ kind: text(), about: 'User the shop signs in to brokers as.' }),
  KAFKA_PASSWORD: setting({ kind: secret(1), secret: true, about: 'Password of that user.' }),
  ...zipkinSetting,
  OTLP_URL: setting({
    kind: address('http', 'https'),
    about: 'OTLP collector (HTTP) that traces are sent to, as http://collector:4318.',
  }),
  TRACE_PERCENT: setting({
    kind: whole(0, 100),
    default: (mode) => (mode === 'production' ? 1 : 100),
    about: 'Requests of a hundred that are traced, besides those whose caller asks for it.',
    live: { by: [], ko: '요청 백 건 가운데 추적하는 건수. 부르는 쪽이 요청한 추적은 별도입니다.' },
  }),
  ...secretSettings,
  TOSS_CLIENT_KEY: setting({
    kind: text(),
    default: (mode) => (mode === 'production' ? '' : 'test_ck_simulator'),
    needed: true,
    inProduction: notSimulated,
    about: 'Public key of the shop at Toss.',
  }),
} as const
