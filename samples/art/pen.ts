import type { Tones } from './colour.ts'

/** Draws one kind of thing within 800×800, its middle at x = 400. `ground` is half the width of its shadow on the floor at y = 640; none for things laid flat or hung. */
export interface Motif {
  readonly ground?: number
  readonly draw: (tones: Tones) => string
}

export type Motifs = Readonly<Record<string, Motif>>

export const standing = (ground: number, draw: Motif['draw']): Motif => ({ ground, draw })
export const laid = (draw: Motif['draw']): Motif => ({ draw })

/** A filled shape. */
export const shape = (d: string, fill: string): string => `<path d="${d}" fill="${fill}"/>`
/** A filled shape with light falling from the upper left. */
export const body = (d: string, fill: string): string => shape(d, fill) + shape(d, 'url(#d)')
export const box = (x: number, y: number, width: number, height: number, radius: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`
/** A box with light falling from the upper left. */
export const block = (x: number, y: number, width: number, height: number, radius: number, fill: string): string =>
  box(x, y, width, height, radius, fill) + box(x, y, width, height, radius, 'url(#d)')
/** A box shaded as a cylinder. */
export const round = (x: number, y: number, width: number, height: number, radius: number, fill: string): string =>
  box(x, y, width, height, radius, fill) + box(x, y, width, height, radius, 'url(#h)')
/** A shape shaded as a cylinder. */
export const turned = (d: string, fill: string): string => shape(d, fill) + shape(d, 'url(#h)')
export const oval = (cx: number, cy: number, rx: number, ry: number, fill: string): string =>
  `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" fill="${fill}"/>`
/** A ball with a highlight. */
export const ball = (cx: number, cy: number, rx: number, ry: number, fill: string): string =>
  oval(cx, cy, rx, ry, fill) + oval(cx, cy, rx, ry, 'url(#b)')
export const line = (d: string, colour: string, width: number): string =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`
/** The same drawing several times, moved. */
export const at = (places: readonly (readonly [x: number, y: number])[], drawing: string): string =>
  places.map(([x, y]) => `<g transform="translate(${x} ${y})">${drawing}</g>`).join('')
export const turn = (degrees: number, cx: number, cy: number, drawing: string): string =>
  `<g transform="rotate(${degrees} ${cx} ${cy})">${drawing}</g>`
/** A label: a pale plate with a mark and lines where words would be. */
export const label = (x: number, y: number, width: number, height: number, tones: Tones, plate = '#fbf7ef'): string => {
  const middle = x + width / 2
  return (
    box(x, y, width, height, 6, plate) +
    oval(middle, y + height * 0.3, width * 0.11, width * 0.11, tones.dark) +
    box(x + width * 0.24, y + height * 0.56, width * 0.52, Math.max(5, height * 0.05), 3, tones.deep) +
    box(x + width * 0.34, y + height * 0.7, width * 0.32, Math.max(4, height * 0.035), 2, tones.base)
  )
}
export const STEEL = '#c9cdd2'
export const INK = '#34363c'
export const WOOD = '#c99a66'
export const CREAM = '#faf5ea'
