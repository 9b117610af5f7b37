import { hasLoneConsonant, spread } from './hangul.ts'
import { ENDS, OPENS } from '../index/index-document.ts'
import type { Filter, ListCursor, Sort } from '../product-view/list-store.ts'
import { SIMILAR, type Completion, type Search } from './search.ts'

type Query = Readonly<Record<string, unknown>>

interface Fields {
  readonly letters: string
  readonly initials: string
}
const NAME: Fields = { letters: 'nameLetters', initials: 'nameInitials' }
const ANYWHERE: Fields = { letters: 'letters', initials: 'initials' }

/** Letters of one kind in a row: as they are, or initial consonants that stand for any syllable. */
interface Run {
  readonly lone: boolean
  readonly text: string
}

const runsOf = (letters: readonly string[]): Run[] => {
  const runs: Run[] = []
  for (const each of letters) {
    const lone = hasLoneConsonant(each)
    const last = runs.at(-1)
    if (last?.lone === lone) runs[runs.length - 1] = { lone, text: `${last.text} ${each}` }
    else runs.push({ lone, text: each })
  }
  return runs
}

/** Texts in which these letters stand in a row. Letters and initial consonants lie at the same places of their fields. */
const inARow = (letters: readonly string[], fields: Fields): Query => {
  const runs = runsOf(letters)
  const [only] = runs
  if (runs.length === 1 && only)
    return { match_phrase: { [only.lone ? fields.initials : fields.letters]: { query: only.text } } }
  return {
    intervals: {
      [fields.letters]: {
        all_of: {
          ordered: true,
          max_gaps: 0,
          intervals: runs.map(({ lone, text }) => ({
            match: { query: text, ordered: true, max_gaps: 0, ...(lone && { use_field: fields.initials }) },
          })),
        },
      },
    },
  }
}

const scoring = (score: number, filter: Query): Query => ({ constant_score: { boost: score, filter } })
const every = (filter: readonly Query[]): Query => ({ bool: { filter } })

/** A score of nothing is no score: what is found counts one more here than its score says. */
const SHIFT = 1

/** Texts that hold all words, each with how well it does: 3 its very name, 2 its name begins so, 1 its name holds it, 0 elsewhere. */
const holding = ({ as, plain }: Exclude<Search, { as: 'sounds' }>): Query => {
  const words = plain.map((word) => [...spread(word)])
  const whole = words.flat()
  return {
    dis_max: {
      queries: [
        scoring(3 + SHIFT, inARow([OPENS, ...whole, ENDS], NAME)),
        scoring(2 + SHIFT, inARow([OPENS, ...whole], NAME)),
        scoring(1 + SHIFT, every(words.map((word) => inARow(word, NAME)))),
        scoring(SHIFT, every(words.map((word) => inARow(word, ANYWHERE)))),
        // An analyzer that knows endings finds more; the one without plug-ins nothing that is not found above.
        ...(as === 'words' ? [scoring(SHIFT, { match: { words: { query: plain.join(' '), operator: 'and' } } })] : []),
      ],
    },
  }
}

/** Sounds of so many that are that many of a hundred, rounded down. There are a hundred at most: each count has its own. */
const countOf = (score: number, sounds: number): number => Math.ceil((score * sounds) / 100)

/** Texts that share most sounds. */
const similar = (sounds: readonly string[]): Query => ({
  bool: {
    should: sounds.map((sound) => scoring(1, { term: { sounds: sound } })),
    minimum_should_match: countOf(SIMILAR, sounds.length),
  },
})

const sorted = (sort: Sort): readonly Query[] => {
  if (sort === 'newest') return [{ createdAt: 'desc' }, { id: 'desc' }]
  if (sort === 'popular') return [{ popularity: 'desc' }, { id: 'desc' }]
  if (sort === 'price-asc') return [{ price: 'asc' }, { id: 'asc' }]
  if (sort === 'price-desc') return [{ price: 'desc' }, { id: 'desc' }]
  return [{ _score: 'desc' }, { popularity: 'desc' }, { id: 'desc' }]
}

const after = (sort: Sort, place: ListCursor, search: Search | undefined): readonly (string | number)[] => {
  if (sort === 'newest') return [place.createdAt, place.id]
  if (sort === 'popular') return [place.popularity, place.id]
  if (sort === 'price-asc' || sort === 'price-desc') return [place.price, place.id]
  const score = search?.as === 'sounds' ? countOf(place.score, search.sounds.length) : place.score + SHIFT
  return [score, place.popularity, place.id]
}

/** The search that lists products. */
export const listBody = (filter: Filter, sort: Sort, place: ListCursor | undefined, limit: number): Query => {
  const { search, categories, minPrice, maxPrice, inStock } = filter
  const prices = { ...(minPrice !== undefined && { gte: minPrice }), ...(maxPrice !== undefined && { lte: maxPrice }) }
  return {
    size: limit,
    track_total_hits: false,
    track_scores: search !== undefined,
    _source: ['card'],
    query: {
      bool: {
        ...(search && { must: [search.as === 'sounds' ? similar(search.sounds) : holding(search)] }),
        filter: [
          { term: { listed: true } },
          ...(categories ? [{ terms: { category: categories } }] : []),
          ...(Object.keys(prices).length > 0 ? [{ range: { price: prices } }] : []),
          ...(inStock ? [{ term: { soldOut: false } }] : []),
        ],
      },
    },
    sort: sorted(sort),
    ...(place && { search_after: after(sort, place, search) }),
  }
}

/** The score of a product found, as every engine tells it. */
export const scoreOf = (search: Search | undefined, found: number): number => {
  if (!search) return 0
  return search.as === 'sounds' ? Math.floor((found * 100) / search.sounds.length) : Math.round(found) - SHIFT
}

/** OpenSearch always looks at whole terms, and its expressions have no groups that capture. */
const expression = (pattern: string): string => `${pattern.replace(/^\^/, '').replaceAll('(?:', '(')}.*`

const matching = (completion: Completion): Query => {
  if (completion.by === 'key') return { prefix: { 'terms.key': { value: completion.from } } }
  return every([
    { prefix: { 'terms.initials': { value: completion.from } } },
    { regexp: { 'terms.rest': { value: expression(completion.pattern), flags: 'NONE' } } },
  ])
}

/** The search that completes what is being typed: texts by whether one begins so, how well they sell, and their length. */
export const completionBody = (completion: Completion, limit: number): Query => {
  const matches = matching(completion)
  return {
    size: 0,
    track_total_hits: false,
    query: every([{ nested: { path: 'terms', query: matches } }]),
    aggs: {
      terms: {
        nested: { path: 'terms' },
        aggs: {
          matching: {
            filter: matches,
            aggs: {
              texts: {
                terms: {
                  field: 'terms.text',
                  size: limit,
                  order: [{ opens: 'desc' }, { weight: 'desc' }, { length: 'asc' }, { _key: 'asc' }],
                },
                aggs: {
                  opens: { max: { field: 'terms.opens' } },
                  weight: { sum: { field: 'terms.weight' } },
                  length: { max: { field: 'terms.length' } },
                },
              },
            },
          },
        },
      },
    },
  }
}
