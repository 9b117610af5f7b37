import type { Secrets } from './secrets.ts'

/** Where a value of the central configuration counts. A sealed one says it too, so that none can be moved elsewhere. */
export interface LivePlace {
  readonly environment: string
  /** A service, or `shop`. */
  readonly place: string
  readonly name: string
}

/** What values of the central configuration are sealed for. */
export const CONFIG_VALUE = 'config-value'

/** A secret setting as it is stored and as it travels to hosts. */
export const sealLive = (secrets: Secrets, { environment, place, name }: LivePlace, value: string): Buffer =>
  secrets.seal(CONFIG_VALUE, JSON.stringify([environment, place, name, value]))

/** The value that `sealLive` was given; throws when the shop's secret or the place is another, or the bytes were changed. */
export const openLive = (secrets: Secrets, { environment, place, name }: LivePlace, sealed: Uint8Array): string => {
  const [inEnvironment, at, of, value] = JSON.parse(secrets.open(CONFIG_VALUE, sealed)) as string[]
  if (inEnvironment !== environment || at !== place || of !== name) throw new Error('Sealed for another place')
  return value!
}
