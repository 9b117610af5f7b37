import { useEffect, useRef, useState } from 'react'
import { Link, useFetcher, useLocation } from 'react-router'
import type { ProductCard } from '#services/catalog/contract.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { ProductGrid } from './product-card.tsx'
import { addressOf, type ListQuery } from './query.ts'

interface Page {
  readonly items: readonly ProductCard[]
  readonly nextCursor: string | null
}

// Pages laid out before, by place in the history: coming back from a product finds the list as it was left.
const remembered = new Map<string, readonly Page[]>()
const PLACES = 20

const remember = (key: string, pages: readonly Page[]): void => {
  if (pages.length === 0) return
  remembered.delete(key)
  remembered.set(key, pages)
  if (remembered.size > PLACES) remembered.delete(remembered.keys().next().value!)
}

/** The products, and a link to the next page that, with scripts, lays it below this one instead. */
export const MoreProducts = ({
  query,
  first,
  nextCursor,
}: {
  query: ListQuery
  first: readonly ProductCard[]
  nextCursor: string | null
}) => {
  const { t } = useText()
  const fetcher = useFetcher<Page>()
  const { key } = useLocation()
  const [pages, setPages] = useState<readonly Page[]>(() => remembered.get(key) ?? [])
  const restored = useRef(pages.length)
  const list = useRef<HTMLDivElement>(null)
  const next = pages.length ? pages.at(-1)!.nextCursor : nextCursor
  const items = [...first, ...pages.flatMap((page) => page.items)]
  const loading = fetcher.state !== 'idle'

  useEffect(() => {
    const page = fetcher.data
    if (page) setPages((before) => (before.includes(page) ? before : [...before, page]))
  }, [fetcher.data])
  useEffect(() => remember(key, pages), [key, pages])

  // Reading goes on with the first of the new ones.
  const added = pages.at(-1)?.items[0]?.id
  useEffect(() => {
    if (added && pages.length > restored.current)
      list.current?.querySelector<HTMLElement>(`[data-product="${added}"] a`)?.focus({ preventScroll: true })
  }, [added, pages.length])

  return (
    <div ref={list}>
      <ProductGrid cards={items} eager={4} />
      <div className="mt-12 text-center">
        {next ? (
          <Link
            to={addressOf(query, { cursor: next })}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return
              event.preventDefault()
              if (!loading) void fetcher.load(addressOf(query, { cursor: next }))
            }}
            aria-disabled={loading || undefined}
            className={pressable('plain', 'large', 'w-full sm:w-72')}
          >
            {loading ? t.list.loadingMore : t.list.more}
          </Link>
        ) : (
          <p className="text-sm text-quiet">{t.list.end}</p>
        )}
      </div>
      <div aria-live="polite" className="sr-only">
        {pages.length > 0 && t.list.loaded(pages.at(-1)!.items.length)}
      </div>
    </div>
  )
}
