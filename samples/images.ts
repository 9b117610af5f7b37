import { lightness, mix, tonesOf } from './art/colour.ts'
import { motifs } from './art/motifs/index.ts'
import { oval } from './art/pen.ts'
import { drawFrom, type Draw } from './draw.ts'
import { sampleProducts, type SampleProduct } from './products.ts'

/** Walls and floors of the studio, pale and soft so that the product is what one sees. */
const rooms: readonly (readonly [wall: string, floor: string])[] = [
  ['#efe8de', '#e2d6c6'],
  ['#e6ecea', '#d3dedb'],
  ['#ecebf2', '#dcdae6'],
  ['#f3e6e0', '#e8d3ca'],
  ['#e8edf3', '#d5dee9'],
  ['#eeefe2', '#dfe1cc'],
  ['#f4ecd9', '#e9dcbd'],
  ['#ece9e5', '#dcd7d0'],
]

const gradients =
  '<linearGradient id="d" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".26"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#1d1820" stop-opacity=".16"/></linearGradient>' +
  '<linearGradient id="h"><stop offset="0" stop-color="#1d1820" stop-opacity=".14"/><stop offset=".22" stop-color="#fff" stop-opacity=".34"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#1d1820" stop-opacity=".2"/></linearGradient>' +
  '<radialGradient id="b" cx=".36" cy=".3" r=".8"><stop offset="0" stop-color="#fff" stop-opacity=".42"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#1d1820" stop-opacity=".24"/></radialGradient>' +
  '<radialGradient id="g"><stop offset="0" stop-color="#2a2430" stop-opacity=".4"/><stop offset=".6" stop-color="#2a2430" stop-opacity=".16"/><stop offset="1" stop-color="#2a2430" stop-opacity="0"/></radialGradient>' +
  '<filter id="s" x="-20%" y="-20%" width="140%" height="150%"><feDropShadow dx="6" dy="14" stdDeviation="13" flood-color="#2a2430" flood-opacity=".24"/></filter>'

const backdrop = (view: number, wall: string, floor: string, stands: boolean, draw: Draw): string => {
  const base = `<rect width="800" height="800" fill="${wall}"/>`
  if (view === 2) return `${base}${oval(400, 400, 318, 318, floor)}`
  if (!stands)
    return base + (draw.chance(0.5) ? `<path d="M0 800V560L800 250V800Z" fill="${floor}" opacity=".45"/>` : '')
  return `${base}<path d="M0 560H800V800H0Z" fill="${floor}"/>${draw.chance(0.35) ? `<path d="M150 560V330a250 250 0 0 1 500 0V560Z" fill="${mix(wall, '#ffffff', 0.4)}"/>` : ''}`
}

/** The product as one view shows it: as it is; before a disc, in the next colour it comes in; close by. */
const place = (view: number, drawing: string, stands: boolean, draw: Draw): string => {
  if (view === 2)
    return `<g transform="translate(400 400) scale(${draw.chance(0.5) ? -0.88 : 0.88} .88) rotate(${stands ? 0 : -7}) translate(-400 -400)">${drawing}</g>`
  if (view === 3) {
    const [x, y] = [400 + draw.between(-40, 40), (stands ? 490 : 400) + draw.between(-30, 30)]
    return `<g transform="translate(400 400) scale(1.55) translate(${-x} ${-y})">${drawing}</g>`
  }
  return `<g transform="translate(400 ${stands ? 392 : 400}) scale(${stands ? 1.06 : 1}) translate(-400 -400)">${drawing}</g>`
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const render = (product: SampleProduct, view: number): string => {
  const motif = motifs[product.art.motif]!
  const draw = drawFrom(`${product.key}/${view}`)
  const shades = product.art.colours
  const colour = shades[view === 2 ? 1 % shades.length : 0] ?? '#b9a58e'
  const stands = motif.ground !== undefined
  const dull = rooms.filter(([wall]) => Math.abs(lightness(wall) - lightness(colour)) > 0.06)
  const [wall, floor] = drawFrom(product.key + (view === 2 ? '+' : '')).pick(
    dull.length > 0 ? dull : rooms.map(([a, b]) => [mix(a, '#6b5a4a', 0.14), mix(b, '#6b5a4a', 0.14)] as const),
  )
  const shadow = motif.ground === undefined ? '' : oval(400, 646, motif.ground * 1.18, 34, 'url(#g)')
  const drawing = `${shadow}<g filter="url(#s)">${motif.draw(tonesOf(colour))}</g>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" role="img"><title>${escape(product.name)}</title><defs>${gradients}</defs>` +
    `${backdrop(view, wall, floor, stands, draw)}${place(view, drawing, stands, draw)}</svg>`
  )
}

let byKey: ReadonlyMap<string, SampleProduct> | undefined

/**
 * The picture behind `/sample-images/<key>.svg` as SVG text, always the same for the same key; undefined for a key
 * that no product of the catalogue shows. Holds shapes and a title only: no script, no reference to anything outside.
 */
export const sampleImage = (key: string): string | undefined => {
  byKey ??= new Map(
    [...sampleProducts()].flatMap((each) => each.imageUrls.map((url) => [url.slice(15, -4), each] as const)),
  )
  const product = byKey.get(key)
  return product && render(product, Number(key.slice(key.lastIndexOf('-') + 1)))
}
