import { lookKey, textProblem, tidied } from '#kernel/text/one-line.ts'
import { check, NIL, pages } from '#kernel/invariant.ts'
import { readCategoryNames, readNames, type NamedProduct } from './names-store.ts'

const PRODUCTS = 'names of products, brands and options are plain text, and no two choices look alike'
const CATEGORIES = 'names of categories are plain text'

/** What is wrong with a text, by its place: the text itself may hold what a terminal obeys. */
const wrongWith = (where: string, text: string): string[] => {
  const problem = textProblem(text)
  if (problem) return [`${where}: ${problem.code}${problem.character ? ` (${problem.character})` : ''}`]
  return text === tidied(text) && text !== '' ? [] : [`${where}: not composed, blank, or with odd spaces`]
}

const alikeIn = (where: string, texts: readonly string[]): string[] =>
  new Set(texts.map(lookKey)).size < texts.length ? [`${where} look alike`] : []

const wrongIn = ({ name, brand, options }: NamedProduct): string[] => [
  ...wrongWith('name', name),
  ...(brand === null ? [] : wrongWith('brand', brand)),
  ...alikeIn(
    'options',
    options.map((each) => each.name),
  ),
  ...options.flatMap((option, i) => [
    ...wrongWith(`option ${i + 1}`, option.name),
    ...option.values.flatMap((value, j) => wrongWith(`option ${i + 1}, value ${j + 1}`, value)),
    ...alikeIn(`option ${i + 1}: values`, option.values),
  ]),
]

/** Names that were stored before the shop judged them: staff cannot store such a one now. */
export const names = check({
  family: 'names',
  needs: ['product'],
  invariants: [PRODUCTS, CATEGORIES],
  advisory: true,
  examine: async (view, tally) => {
    const db = view.store('product')
    const products = tally(PRODUCTS)
    await pages(
      (after, limit) => readNames(db, after, limit),
      NIL,
      (rows) => {
        products.looked += rows.length
        for (const product of rows) {
          const wrong = wrongIn(product)
          if (wrong.length > 0) products.wrong(product.id, wrong.join('; '))
        }
      },
    )
    const categories = tally(CATEGORIES)
    for (const { id, name, nameEn } of await readCategoryNames(db)) {
      categories.looked++
      const wrong = [...wrongWith('name', name), ...wrongWith('English name', nameEn)]
      if (wrong.length > 0) categories.wrong(id, wrong.join('; '))
    }
  },
})
