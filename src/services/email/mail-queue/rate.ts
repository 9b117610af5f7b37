import type { SettingsOf } from '#kernel/settings/setting.ts'
import type { emailSettings } from '../settings.ts'

const HOUR = 3_600_000

/** At most `most` in any `window`, and none within `spacing` of the last (both milliseconds). */
export interface Rate {
  readonly most: number
  readonly window: number
  readonly spacing?: number
}

export interface Rates {
  /** Codes sent to one address for one purpose: nobody's mailbox is flooded in our name. */
  readonly address: Rate
  /** Codes asked for from one network. Many people share one behind a carrier's NAT, so this is wide. */
  readonly client: Rate
  /** Wrong codes tried from one network, over all addresses: keeps guessing across accounts hopeless (300 in 5 million an hour). */
  readonly tries: Rate
}

/** The limits; those by network may be set, for a shop behind one office or a load test from one machine. */
export const ratesFrom = (
  settings: Pick<SettingsOf<typeof emailSettings>, 'JANGTEO_CODES_PER_CLIENT' | 'JANGTEO_CODE_TRIES_PER_CLIENT'>,
): Rates => ({
  address: { most: 5, window: HOUR, spacing: 30_000 },
  client: { most: settings.JANGTEO_CODES_PER_CLIENT, window: HOUR },
  tries: { most: settings.JANGTEO_CODE_TRIES_PER_CLIENT, window: HOUR },
})

/**
 * The instant from which one more is allowed; `now` or earlier means now. `recent` in ascending order.
 * `spaced` is false when the spacing need not be kept (the last code was used, so asking again is no double click).
 */
export const allowedFrom = (recent: readonly number[], rate: Rate, now: number, spaced = true): number => {
  const within = recent.filter((at) => at > now - rate.window)
  const bySpacing = spaced && rate.spacing && within.length > 0 ? within.at(-1)! + rate.spacing : now
  const byCount = within.length >= rate.most ? within.at(-rate.most)! + rate.window : now
  return Math.max(bySpacing, byCount)
}

/** The instants still worth remembering, with one more. */
export const withOneMore = (recent: readonly number[], rate: Rate, now: number): number[] => [
  ...recent.filter((at) => at > now - rate.window),
  now,
]
