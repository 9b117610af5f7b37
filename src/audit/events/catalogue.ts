import { createHash } from 'node:crypto'
import type { EventType } from '#kernel/contract.ts'
import { errorText } from '#kernel/failures/error-text.ts'
import { availabilityChanged, categoryChanged, productChanged } from '#services/product/contract.ts'
import {
  type Category,
  categoriesOf,
  latestWords,
  listedOf,
  type ProductEvent,
  type ProductSeen,
  readListed,
  readProductEvents,
  readProducts,
  type SkuSeen,
} from './catalogue-store.ts'
import { check, NIL, pages, type Tally, type View } from '#kernel/invariant.ts'

const SAME = 'what the shop window shows of a product is what the product is'
const REBUILT = 'the shop window is what its rebuilding from the log would be'
const READABLE = 'each event that the shop window is made from can be read'
const DERIVED = 'a product is listed, priced and sold out as its SKUs are'
const CATEGORIES = 'the shop window has the categories that there are'

/** A product in words that can be compared one by one; long ones by their hash. */
type Facts = Readonly<Record<string, string>>

/** JSON with members in the order of their names. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )

const hashed = (text: string): string => createHash('sha1').update(text).digest('base64url')

const skuFacts = ({ skuId, options, price, soldOut, flips, status }: SkuSeen): string =>
  stable({ skuId, options, price, soldOut, flips, status })

const factsOf = (product: ProductSeen): Facts => ({
  version: String(product.version),
  name: product.name,
  description: hashed(product.description),
  brand: stable(product.brand),
  category: stable(product.categoryId),
  images: stable(product.imageUrls),
  options: stable(product.options),
  status: product.status,
  created: String(product.createdAt),
  skus: product.skus.map(skuFacts).join(),
})

const differences = (a: Facts, b: Facts): string =>
  Object.keys(a)
    .filter((name) => a[name] !== b[name])
    .join(', ')

const wanted: readonly EventType[] = [productChanged, availabilityChanged, categoryChanged]
const eventTypes = new Map(wanted.map((each) => [each.name, each]))

/** Why an event cannot be read by who takes it in; nothing when it can. */
const unreadable = ({ name, version, payload }: ProductEvent): string | undefined => {
  const type = eventTypes.get(name)!
  if (version > type.version) return `it is of version ${version}; up to ${type.version} is known here`
  const parsed = type.payload.safeParse(payload)
  return parsed.success ? undefined : errorText(parsed.error)
}

/** The log folded product by product, by rules of our own: what the window's own fold is judged by. */
const folding = (readable: Tally) => {
  /** Products of which the log does not tell all: making the window anew leaves them as they are. */
  const untold = new Set<string>()
  const products = new Map<string, { facts: Facts; version: number; skus: SkuSeen[] }>()

  const later = (a: SkuSeen, b: SkuSeen | undefined): SkuSeen =>
    b && b.flips > a.flips ? { ...a, soldOut: b.soldOut, flips: b.flips } : a

  return {
    take: (event: ProductEvent): void => {
      const { id, name, key, payload } = event
      readable.looked++
      const reason = unreadable(event)
      if (reason !== undefined) {
        readable.wrong(`product:${id.split(':')[1]}`, `${name} of ${key}: ${reason}`)
        if (name !== categoryChanged.name) untold.add(key)
        return
      }
      if (name === categoryChanged.name) return
      if (name === productChanged.name) untold.delete(key)
      const known = products.get(key)
      if (name === 'product.availability_changed') {
        const { skuId, soldOut, flips = 0 } = payload as unknown as SkuSeen
        if (known)
          known.skus = known.skus.map((each) =>
            each.skuId === skuId && flips > each.flips ? { ...each, soldOut, flips } : each,
          )
        return
      }
      const told = { ...payload, createdAt: Date.parse(String(payload.createdAt)), id: key }
      const before = new Map(known?.skus.map((each) => [each.skuId, each]))
      if (known && known.version >= told.version) {
        const given = new Map(told.skus.map((each) => [each.skuId, each]))
        known.skus = known.skus.map((each) => later(each, given.get(each.skuId)))
      } else
        products.set(key, {
          facts: factsOf(told),
          version: told.version,
          skus: told.skus.map((each) => later(each, before.get(each.skuId))),
        })
    },
    ids: () => [...products.keys()].filter((id) => !untold.has(id)),
    isUntold: (id: string): boolean => untold.has(id),
    factsOf: (id: string): Facts | undefined => {
      const found = products.get(id)
      return found && { ...found.facts, skus: found.skus.map(skuFacts).join() }
    },
  }
}

const derivedFrom = ({ status, skus }: ProductSeen): string => {
  const onSale = skus.filter((each) => each.status === 'ON_SALE')
  return stable({
    listed: status === 'ON_SALE' && onSale.length > 0,
    price: onSale.length > 0 ? Math.min(...onSale.map((each) => each.price)) : 0,
    soldOut: onSale.every((each) => each.soldOut),
  })
}

type Words = ReadonlyMap<string, number>

const examineProducts = (view: View, words: Words, tally: Tally) =>
  pages(
    (after, limit) => readProducts(view.store('product'), after, limit),
    NIL,
    async (rows) => {
      tally.looked += rows.length
      const listed = await listedOf(
        view.store('catalog'),
        rows.map((each) => each.id),
      )
      for (const product of rows) {
        const shown = listed.get(product.id)
        const wrong = shown ? differences(factsOf(product), factsOf(shown)) : 'everything'
        if (wrong) tally.wrongSince(words.get(product.id) ?? null, product.id, `the window differs in ${wrong}`)
      }
    },
  )

const examineWindow = async (
  view: View,
  words: Words,
  { readable, rebuilt, derived }: { readonly readable: Tally; readonly rebuilt: Tally; readonly derived: Tally },
): Promise<void> => {
  const fold = folding(readable)
  await pages(
    (after, limit) => readProductEvents(view.store('product'), after, limit),
    '',
    (rows) => rows.forEach(fold.take),
  )
  const missing = new Set(fold.ids())
  await pages(
    (after, limit) => readListed(view.store('catalog'), after, limit),
    NIL,
    (rows) => {
      rebuilt.looked += rows.length
      derived.looked += rows.length
      for (const shown of rows) {
        missing.delete(shown.id)
        const facts = fold.factsOf(shown.id)
        const wrong = fold.isUntold(shown.id)
          ? ''
          : facts
            ? differences(facts, factsOf(shown))
            : 'everything: no event speaks of it'
        if (wrong) rebuilt.wrongSince(words.get(shown.id) ?? null, shown.id, `the log says otherwise of ${wrong}`)
        const { listed, price, soldOut } = shown
        if (derivedFrom(shown) !== stable({ listed, price, soldOut }))
          derived.wrong(shown.id, `${stable({ listed, price, soldOut })} instead of ${derivedFrom(shown)}`)
      }
    },
  )
  for (const id of missing) rebuilt.wrongSince(words.get(id) ?? null, id, 'the log speaks of it, the window does not')
}

const examineCategories = async (view: View, words: Words, tally: Tally): Promise<void> => {
  const there = await categoriesOf(view.store('product'), 'product')
  const shown = await categoriesOf(view.store('catalog'), 'catalog')
  const text = (category: Category | undefined): string | undefined => category && stable(category)
  tally.looked = there.size
  for (const id of new Set([...there.keys(), ...shown.keys()]))
    if (text(there.get(id)) !== text(shown.get(id)))
      tally.wrongSince(words.get(id) ?? null, id, 'the window knows the category otherwise')
}

/** The shop window against what it is made from. */
export const catalogue = check({
  family: 'catalogue',
  needs: ['product', 'catalog'],
  invariants: [READABLE, SAME, REBUILT, DERIVED, CATEGORIES],
  examine: async (view, tally) => {
    const words = await latestWords(view.store('product'), view.now - view.grace)
    await examineProducts(view, words, tally(SAME))
    await examineWindow(view, words, {
      readable: tally(READABLE),
      rebuilt: tally(REBUILT),
      derived: tally(DERIVED),
    })
    await examineCategories(view, words, tally(CATEGORIES))
  },
})
