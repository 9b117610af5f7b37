import { address, secret } from './kinds.ts'
import { secured } from './production.ts'
import { setting } from './setting.ts'

// Settings that more than one part reads. Each reader declares the same object, so that they cannot differ.

/** The secrets by which a service seals and signs; `secretsOf` reads them. */
export const secretSettings = {
  JANGTEO_SECRET: setting({
    kind: secret(32),
    needed: true,
    secret: true,
    about: 'Encrypts keys at rest; in development made once and kept in the data directory.',
  }),
  JANGTEO_SECRET_ALSO: setting({
    kind: secret(32),
    secret: true,
    about: 'A second one whose seals open too, while the first is being changed.',
  }),
} as const

/** Where customers reach the shop. */
export const publicUrlSetting = {
  PUBLIC_URL: setting({
    kind: address('http', 'https'),
    needed: true,
    inProduction: secured,
    about: 'Address customers reach the shop at; by default the one it listens on.',
  }),
} as const

/** Where traces are sent, and found. */
export const zipkinSetting = {
  ZIPKIN_URL: setting({ kind: address('http', 'https'), about: 'Zipkin that traces are sent to.' }),
} as const
