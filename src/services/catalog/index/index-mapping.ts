/**
 * Grows when documents are laid out or analyzed (ANALYSIS in search.ts) in another way: an index of another layout is
 * neither searched nor written to.
 */
export const MAPPING = 2

/** Names of what the catalog keeps in a search engine, beginning with the shop's prefix. */
export const indexNames = (prefix: string, mapping = MAPPING) => {
  const family = `${prefix}catalog-v`
  return {
    /** What is searched. */
    live: `${family}${mapping}`,
    /** The index being built, for those who write to it. */
    next: `${family}${mapping}-next`,
    /** An index of its own for each rebuild. */
    index: (id: string) => `${family}${mapping}-${id}`,
    /** Every index of every layout. */
    all: `${family}*`,
  }
}

/** Letters in a row, found as a phrase: "무 선" is found in "무 선 이 어 폰". Their count says nothing. */
const letters = { type: 'text', analyzer: 'whitespace', norms: false } as const
/** Found by its beginning. Of longer beginnings there are few enough to look at each. */
const beginning = {
  type: 'text',
  analyzer: 'keyword',
  norms: false,
  index_options: 'docs',
  index_prefixes: { min_chars: 1, max_chars: 19 },
} as const

/**
 * Settings and fields of the index. Nothing here needs a plug-in: what makes Korean text be found is filled in by us
 * (index-document.ts). `analyzer` is for whole words only, where the server has one that knows Korean endings.
 * One shard: counts of completions are exact only within one.
 */
export const indexBody = (analyzer: string, next: string): Readonly<Record<string, unknown>> => ({
  aliases: { [next]: {} },
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    refresh_interval: '500ms',
    'mapping.nested_objects.limit': 1_000,
  },
  mappings: {
    dynamic: 'strict',
    properties: {
      id: { type: 'keyword' },
      listed: { type: 'boolean' },
      category: { type: 'keyword' },
      price: { type: 'long' },
      soldOut: { type: 'boolean' },
      popularity: { type: 'long' },
      createdAt: { type: 'long' },
      card: { type: 'object', enabled: false },
      nameLetters: letters,
      nameInitials: letters,
      letters,
      initials: letters,
      sounds: { type: 'keyword', doc_values: false },
      words: { type: 'text', analyzer, norms: false },
      terms: {
        type: 'nested',
        properties: {
          text: { type: 'keyword' },
          key: beginning,
          initials: beginning,
          rest: { type: 'keyword', doc_values: false },
          opens: { type: 'byte' },
          weight: { type: 'long' },
          length: { type: 'short' },
        },
      },
    },
  },
})
