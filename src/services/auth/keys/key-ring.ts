import { ACCESS_TOKEN_SECONDS } from '../contract.ts'

/** Milliseconds a key signs for. */
export const KEY_LIFE = 30 * 24 * 3_600_000
/** Milliseconds a new key is published before it signs: everyone who checks tokens has heard of it by then. */
export const KEY_LEAD = 10 * 60_000
/** Milliseconds a key stays published after its last token can have run out. */
const SLACK = 5 * 60_000

/** What rotation needs to know of a key. */
export interface Dated {
  readonly id: string
  /** Epoch milliseconds. */
  readonly signsFrom: number
}

const newestFirst = <K extends Dated>(keys: readonly K[]): K[] => keys.toSorted((a, b) => b.signsFrom - a.signsFrom)

/** The key that signs now: the newest whose time has come. */
export const signer = <K extends Dated>(keys: readonly K[], now: number): K | undefined =>
  newestFirst(keys).find((each) => each.signsFrom <= now)

/** The instant from which a new key must sign if one is to be made now; undefined while none is due. */
export const nextSignsFrom = (keys: readonly Dated[], now: number): number | undefined => {
  const newest = newestFirst(keys)[0]
  if (!newest) return now
  return newest.signsFrom + KEY_LIFE - KEY_LEAD <= now ? now + KEY_LEAD : undefined
}

/** Keys that may still have an unexpired token to their name, or soon will. The others can be destroyed. */
export const published = <K extends Dated>(keys: readonly K[], now: number): K[] => {
  const sorted = newestFirst(keys)
  return sorted.filter((_, i) => {
    const successor = sorted[i - 1]
    return !successor || successor.signsFrom + ACCESS_TOKEN_SECONDS * 1000 + SLACK > now
  })
}
