type Rgb = readonly [number, number, number]

const parse = (hex: string): Rgb => {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16)) as unknown as Rgb
}

/** `share` of the second colour in the first; both and the answer are `#rrggbb`. */
export const mix = (first: string, second: string, share: number): string => {
  const [a, b] = [parse(first), parse(second)]
  return `#${a
    .map((value, i) =>
      Math.round(value + (b[i]! - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}

/** A colour and its family, as one object is painted with it. */
export interface Tones {
  readonly base: string
  readonly light: string
  readonly pale: string
  readonly dark: string
  readonly deep: string
  /** A second colour that goes with it: a label, a lid, a lining. */
  readonly accent: string
}

/** How light a colour looks, 0 to 1 (Rec. 709 weights). */
export const lightness = (hex: string): number => {
  const [r, g, b] = parse(hex)
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255
}

export const tonesOf = (base: string): Tones => ({
  base,
  light: mix(base, '#ffffff', 0.28),
  pale: mix(base, '#fffaf2', 0.72),
  dark: mix(base, '#2a2430', 0.2),
  deep: mix(base, '#2a2430', 0.45),
  accent: lightness(base) > 0.72 ? mix(base, '#5b4636', 0.55) : mix(base, '#fff6e6', 0.82),
})
