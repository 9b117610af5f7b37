import { address, text, whole } from '#kernel/settings/kinds.ts'
import { setting } from '#kernel/settings/setting.ts'

/** Settings of the search of the catalog. */
export const catalogSettings = {
  OPENSEARCH_URL: setting({
    kind: address('http', 'https'),
    secret: true,
    about: 'OpenSearch that searches the catalog; without it PostgreSQL does.',
  }),
  OPENSEARCH_ANALYZER: setting({
    kind: text(),
    default: 'standard',
    about: 'Analyzer of product texts in OpenSearch; nori where the plug-in is installed.',
  }),
  OPENSEARCH_PREFIX: setting({
    kind: text(),
    default: 'jangteo-',
    about: 'Begins the name of every index of this shop: several shops may share one OpenSearch.',
  }),
  OPENSEARCH_DEADLINE: setting({
    kind: whole(10, 10_000),
    default: 500,
    about:
      'Milliseconds OpenSearch is given to answer a search; then PostgreSQL answers, and goes on until it is back.',
  }),
} as const
