import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { CannotStart } from '#kernel/cannot-start.ts'
import type { Refused, RefusedFor } from '#engines/kafka/errors.ts'
import type { KafkaSecurity } from '#engines/kafka/security.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'

const FILES = ['KAFKA_CA', 'KAFKA_TLS_KEY', 'KAFKA_TLS_CERT'] as const
const CREDENTIALS = ['KAFKA_USERNAME', 'KAFKA_PASSWORD'] as const

type Settings = Pick<
  ProcessSettings,
  (typeof FILES)[number] | (typeof CREDENTIALS)[number] | 'KAFKA_TLS' | 'KAFKA_SASL' | 'mode'
>

const fileOf = (settings: Settings, name: (typeof FILES)[number]): string | undefined => {
  if (settings[name] === '') return undefined
  try {
    return readFileSync(settings[name], 'utf8')
  } catch (error) {
    throw new CannotStart(`${name} cannot be read: ${(error as Error).message}`)
  }
}

/** Node.js accepts any text as a certificate authority and then trusts no certificate, so it is checked here. */
const isCertificate = (text: string): boolean => {
  try {
    return new X509Certificate(text).raw.length > 0
  } catch {
    return false
  }
}

const tlsOf = (settings: Settings): KafkaSecurity['tls'] => {
  const given = FILES.filter((name) => settings[name] !== '')
  if (settings.KAFKA_TLS === 'off') {
    if (given.length > 0)
      throw new CannotStart(`${given.join(' and ')} would not count without TLS: set KAFKA_TLS=on, or leave them out.`)
    return undefined
  }
  const [ca, key, cert] = FILES.map((name) => fileOf(settings, name))
  if ((key === undefined) !== (cert === undefined))
    throw new CannotStart(
      `${key === undefined ? 'KAFKA_TLS_KEY' : 'KAFKA_TLS_CERT'} must be set too: a key and its certificate, or neither.`,
    )
  if (ca !== undefined && !isCertificate(ca))
    throw new CannotStart('KAFKA_CA holds no certificate: give a file in PEM.')
  const tls = { ...(ca !== undefined && { ca }), ...(key !== undefined && { key, cert: cert! }) }
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new CannotStart(`KAFKA_TLS_KEY and KAFKA_TLS_CERT cannot be used: ${(error as Error).message}.`)
  }
  return tls
}

const saslOf = (settings: Settings): KafkaSecurity['sasl'] => {
  const { KAFKA_SASL: way, KAFKA_TLS, KAFKA_USERNAME: username, KAFKA_PASSWORD: password, mode } = settings
  const given = CREDENTIALS.filter((name) => settings[name] !== '')
  if (way === 'off') {
    if (given.length > 0)
      throw new CannotStart(
        `${given.join(' and ')} would not count without a way to sign in: set KAFKA_SASL to scram-sha-512, scram-sha-256 or plain.`,
      )
    return undefined
  }
  const missing = CREDENTIALS.filter((name) => settings[name] === '')
  if (missing.length > 0) throw new CannotStart(`${missing.join(' and ')} must be set too: KAFKA_SASL is ${way}.`)
  if (way === 'plain' && KAFKA_TLS === 'off' && mode === 'production')
    throw new CannotStart(
      'KAFKA_SASL=plain would send the password in the clear: set KAFKA_TLS=on, or let the brokers take scram-sha-512.',
    )
  return { mechanism: way.toUpperCase() as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512', username, password }
}

/**
 * How brokers are to be reached, with the files the settings name read. Throws CannotStart when settings do not go
 * together, or a file cannot be read or used.
 */
export const kafkaSecurity = (settings: Settings): KafkaSecurity => {
  const [tls, sasl] = [tlsOf(settings), saslOf(settings)]
  return { ...(tls && { tls }), ...(sasl && { sasl }) }
}

const SENTENCES: Readonly<Record<RefusedFor, (settings: Settings) => string>> = {
  credentials: ({ KAFKA_SASL }) => `does not let KAFKA_USERNAME in with KAFKA_PASSWORD (KAFKA_SASL=${KAFKA_SASL})`,
  mechanism: ({ KAFKA_SASL }) => `does not take KAFKA_SASL=${KAFKA_SASL}`,
  certificate: ({ KAFKA_CA }) =>
    KAFKA_CA === ''
      ? 'shows a certificate that is not believed. Set KAFKA_CA to the file of the authority that signed it'
      : 'shows a certificate that is not believed by KAFKA_CA',
}

/** What brokers refused, in a sentence with the settings that are to be looked at, and never a value that is secret. */
export const refusalBy = (settings: Settings & Pick<ProcessSettings, 'KAFKA_BROKERS'>, refused: Refused): CannotStart =>
  new CannotStart(
    `Kafka at ${settings.KAFKA_BROKERS} (KAFKA_BROKERS) ${SENTENCES[refused.by](settings)}: ${refused.message.replace(/^Kafka: /, '').replace(/\.$/, '')}.`,
  )

/** What may be wrong when a broker that is there hangs up without a word. */
export const hungUp = (settings: Settings): Error =>
  new Error(
    `Kafka: the connection was closed; brokers do that too when they want other than KAFKA_TLS=${settings.KAFKA_TLS}, KAFKA_SASL=${settings.KAFKA_SASL} or the certificate of KAFKA_TLS_CERT`,
  )
