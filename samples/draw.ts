/** A source of chance that always draws the same for the same seed, so that the catalogue never changes by itself. */
export interface Draw {
  /** From 0 up to, but without, 1. */
  readonly share: () => number
  /** A whole number from `least` to `most`. */
  readonly between: (least: number, most: number) => number
  readonly chance: (share: number) => boolean
  readonly pick: <T>(from: readonly T[]) => T
  /** `count` of them, in an order of their own. */
  readonly some: <T>(from: readonly T[], count: number) => T[]
}

/** FNV-1a over the seed's UTF-16 units: spreads keys that differ in one character. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** Draws from a seed, by the mulberry32 generator. */
export const drawFrom = (seed: string): Draw => {
  let state = hash(seed)
  const share = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (least: number, most: number) => least + Math.floor(share() * (most - least + 1))
  const pick = <T>(from: readonly T[]): T => from[between(0, from.length - 1)]!
  const some = <T>(from: readonly T[], count: number): T[] => {
    const left = [...from]
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(between(0, left.length - 1), 1)[0]!)
  }
  return { share, between, chance: (of) => share() < of, pick, some }
}
