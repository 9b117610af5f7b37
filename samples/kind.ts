import { swatches } from './colours.ts'

/** One choice a product offers; each value with the factor it puts on the price. */
export interface Choice {
  readonly name: string
  readonly values: readonly (readonly [value: string, factor: number])[]
  /** How many of the values one product offers, at least and at most. */
  readonly offered: readonly [least: number, most: number]
  /** `pack`: half of the products come in one size only, told in the name. `colour`: the first is the colour of the picture. */
  readonly role?: 'pack' | 'colour'
}

/** What a family of kinds has in common. */
export interface Family {
  /** Invented brand names, separated by blanks; all end in Hangul. */
  readonly brands: string
  /** First sentences. `{b}` is the brand, `{p}` the product; `{p:을/를}` adds the particle that fits. */
  readonly openings: readonly string[]
  readonly closings: readonly string[]
  /** `bracket`: `[브랜드] 상품`; `plain`: the title alone; else `브랜드 상품`. */
  readonly naming?: 'bracket' | 'plain' | undefined
}

/** What products of one leaf category have in common. Any look fits any of the goods. */
export interface KindTable {
  /** Motif of the picture, then the colours it may have where no option says so: `bottle #cde #fed`. */
  readonly art: string
  readonly options?: readonly Choice[]
  /** Words put before the noun, separated by commas. Left out where each noun is a full title. */
  readonly looks?: string
  /** Noun → usual price in won, or price and its own art, and its own choices where those of the kind do not fit. */
  readonly goods: Readonly<Record<string, number | readonly [price: number, art: string, options?: readonly Choice[]]>>
  /** True sentences about any of the goods; two or three of them go into a description. */
  readonly points: readonly string[]
  /** How many products to make; 9 unless told, and never more than looks × goods. */
  readonly make?: number
}

/** A table that knows its leaf category and family. */
export interface Kind extends KindTable {
  readonly leaf: string
  readonly family: Family
}

/** Binds tables, by leaf category, to their family. */
export const kindsOf = (family: Family, tables: Readonly<Record<string, KindTable>>): readonly Kind[] =>
  Object.entries(tables).map(([leaf, table]) => ({ leaf, family, ...table }))

/** Colours to choose from, by the names in `colours.ts`; throws on one that is not there. */
export const colours = (names: string, offered: readonly [number, number] = [2, 3]): Choice => {
  const values = names.split(' ')
  for (const value of values) if (!(value in swatches)) throw new RangeError(`No swatch named ${value}`)
  return { name: '색상', values: values.map((value) => [value, 1] as const), offered, role: 'colour' }
}

/** Sizes of clothes or shoes, all offered. */
export const sizes = (names: string): Choice => {
  const values = names.split(' ').map((value) => [value, 1] as const)
  return { name: '사이즈', values, offered: [values.length, values.length] }
}

/** A choice whose values change the price: `{ '1kg': 1, '3kg': 2.7 }`. */
export const choice = (name: string, values: Readonly<Record<string, number>>): Choice => {
  const entries = Object.entries(values)
  return { name, values: entries, offered: [entries.length, entries.length] }
}

/** Sizes of a pack: half of the products come in one of them only, told in the name. */
export const pack = (values: Readonly<Record<string, number>>, name = '용량'): Choice => ({
  ...choice(name, values),
  role: 'pack',
})
