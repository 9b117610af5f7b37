import type { InputOf } from '#kernel/contract.ts'
import type { product } from '#services/product/contract.ts'
import { swatches } from './colours.ts'
import { drawFrom, type Draw } from './draw.ts'
import type { Choice, Kind } from './kind.ts'
import { kinds } from './kinds/index.ts'
import { shopPrice } from './price.ts'
import { say } from './words.ts'

type Created = InputOf<(typeof product)['operations']['create']>

/** A product as `product.create` takes it, with a key that stays the same for ever. */
export interface SampleProduct {
  readonly key: string
  readonly name: string
  readonly description: string
  readonly brand: string
  readonly categoryId: string
  readonly imageUrls: string[]
  readonly options: { name: string; values: string[] }[]
  readonly skus: { options: Record<string, string>; price: number; onHand: number }[]
  /** What its pictures show. */
  readonly art: Art
}

/** A motif and the colours it is drawn in, as `#rrggbb`. */
export interface Art {
  readonly motif: string
  readonly colours: readonly string[]
}

const SOLD_OUT_PRODUCTS = 0.02
const SOLD_OUT_SKUS = 0.05
const MOST_SKUS = 12

type Offer = {
  readonly name: string
  readonly values: readonly (readonly [value: string, factor: number])[]
  readonly role?: Choice['role']
}

/** The values of each choice one product offers, kept to twelve combinations. */
const offersOf = (kind: Kind, draw: Draw): Offer[] => {
  let combinations = 1
  return (kind.options ?? []).map((choice) => {
    const wanted = draw.between(...choice.offered)
    const room = Math.max(1, Math.floor(MOST_SKUS / (combinations * roomAfter(kind, choice))))
    const count = Math.min(wanted, room, choice.values.length)
    combinations *= count
    const values = choice.role === 'colour' ? draw.some(choice.values, count) : choice.values.slice(0, count)
    return { name: choice.name, values, role: choice.role }
  })
}

/** Combinations that the choices after this one will make. */
const roomAfter = (kind: Kind, choice: Choice): number =>
  kind
    .options!.slice(kind.options!.indexOf(choice) + 1)
    .reduce((all, each) => all * Math.min(each.offered[1], each.values.length), 1)

const combine = (offers: readonly Offer[]): { options: Record<string, string>; factor: number }[] =>
  offers.reduce<{ options: Record<string, string>; factor: number }[]>(
    (made, offer) =>
      made.flatMap(({ options, factor }) =>
        offer.values.map(([value, times]) => ({
          options: { ...options, [offer.name]: value },
          factor: factor * times,
        })),
      ),
    [{ options: {}, factor: 1 }],
  )

const artOf = (spec: string, offers: readonly Offer[], kind: Kind, draw: Draw): Art => {
  const [motif, ...own] = spec.split(' ') as [string, ...string[]]
  const offered = offers.find((each) => each.role === 'colour')?.values.map(([name]) => swatches[name]!)
  const fallback = kind.art.split(' ').slice(1)
  const base = own.length > 0 ? own : fallback
  return { motif, colours: offered ?? [draw.pick(base)] }
}

const describe = (kind: Kind, words: { b: string; p: string }, draw: Draw): string => {
  const points = new Set(draw.some(kind.points, draw.between(2, Math.min(3, kind.points.length))))
  return [
    say(draw.pick(kind.family.openings), words),
    ...kind.points.filter((point) => points.has(point)),
    ...(draw.chance(0.7) ? [draw.pick(kind.family.closings)] : []),
  ].join(' ')
}

const nameOf = (kind: Kind, brand: string, title: string): string => {
  if (kind.family.naming === 'plain') return title
  return kind.family.naming === 'bracket' ? `[${brand}] ${title}` : `${brand} ${title}`
}

const productOf = (table: Kind, index: number): SampleProduct => {
  const key = `${table.leaf}-${String(index + 1).padStart(2, '0')}`
  const draw = drawFrom(key)
  const goods = Object.entries(table.goods)
  const looks = table.looks?.split(', ') ?? ['']
  const [noun, good] = goods[index % goods.length]!
  const look = looks[((index % goods.length) + Math.floor(index / goods.length)) % looks.length]!
  const [usual, artSpec, ownOptions] = typeof good === 'number' ? [good, table.art] : good
  const kind = ownOptions ? { ...table, options: ownOptions } : table
  const brands = kind.family.brands.split(' ')
  const brand = brands[(index + drawFrom(kind.leaf).between(0, 99)) % brands.length]!
  const title = [look, noun].filter(Boolean).join(' ')

  let offers = offersOf(kind, draw)
  let size = ''
  let factor = 1
  const packed = offers.find((each) => each.role === 'pack')
  if (packed && draw.chance(0.5)) {
    ;[size, factor] = draw.pick(packed.values)
    offers = offers.filter((each) => each !== packed)
  }
  const books = kind.family.naming === 'plain'
  const base = usual * factor * (books ? 1 : 0.86 + draw.share() * 0.34)
  const soldOut = draw.chance(SOLD_OUT_PRODUCTS)
  const skus = combine(offers).map((each, _, all) => ({
    options: each.options,
    price: books ? usual : shopPrice(base * each.factor),
    onHand: soldOut || (all.length > 1 && draw.chance(SOLD_OUT_SKUS)) ? 0 : draw.between(20, 500),
  }))
  return {
    key,
    name: [nameOf(kind, brand, title), size].filter(Boolean).join(' '),
    description: describe(kind, { b: brand, p: title }, draw),
    brand,
    categoryId: kind.leaf,
    imageUrls: Array.from({ length: draw.between(1, 3) }, (_, view) => `/sample-images/${key}-${view + 1}.svg`),
    options: offers.map((each) => ({ name: each.name, values: each.values.map(([value]) => value) })),
    skus,
    art: artOf(artSpec, offers, kind, draw),
  } satisfies Created & { key: string; art: Art }
}

/** Every product of the sample catalogue, in the order of the categories; the same on every machine and every run. */
export function* sampleProducts(): Generator<SampleProduct> {
  for (const kind of kinds) {
    const most = Object.keys(kind.goods).length * (kind.looks?.split(', ').length ?? 1)
    for (let index = 0; index < Math.min(kind.make ?? 9, most); index++) yield productOf(kind, index)
  }
}
