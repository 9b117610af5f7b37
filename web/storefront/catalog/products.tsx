import { Link, useLoaderData, useNavigation, useRouteLoaderData } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { Empty } from '../../shared/ui/notice.tsx'
import { Breadcrumb } from './breadcrumb.tsx'
import { nameOf, pathTo } from './categories.ts'
import { Filters, SortMenu } from './filters.tsx'
import { textOf } from '../layout/meta.ts'
import { MoreProducts } from './more-products.tsx'
import { addressOf, readQuery } from './query.ts'
import type { loader as rootLoader } from '../../root.tsx'
import { load } from '../../shared/server/page.server.ts'

const PAGE = 24

export const loader = load(async ({ shop, url }) => {
  const query = readQuery(url.searchParams)
  const page = await shop.catalog.list({ ...query, limit: PAGE })
  return { query, items: page.items, nextCursor: page.nextCursor }
})

type Loaded = Awaited<ReturnType<typeof loader>>

export const meta = ({ loaderData, matches }: { loaderData?: Loaded; matches: Parameters<typeof textOf>[0] }) => {
  const t = textOf(matches)
  const title = loaderData?.query.q ? t.list.resultsFor(loaderData.query.q) : t.list.all
  return [
    { title: `${title} | ${t.shop.name}` },
    { name: 'description', content: t.shop.description },
    ...(loaderData?.query.q ? [{ name: 'robots', content: 'noindex' }] : []),
  ]
}

export default function Products() {
  const { query, items, nextCursor } = useLoaderData<typeof loader>()
  const categories = useRouteLoaderData<typeof rootLoader>('root')?.categories ?? []
  const { t, locale } = useText()
  const navigation = useNavigation()
  const path = pathTo(categories, query.category)
  const here = path.at(-1)
  const heading = query.q ? t.list.resultsFor(query.q) : here ? nameOf(here, locale) : t.list.all
  const refreshing = navigation.state === 'loading' && navigation.location.pathname === '/products'

  return (
    <div className="wrap">
      <Breadcrumb path={query.q ? [] : path.slice(0, -1)} />
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 pt-3 pb-6 md:pb-8">
        <h1 className="text-2xl md:text-[2rem]">{heading}</h1>
        <SortMenu query={query} />
      </div>
      <div className="lg:grid lg:grid-cols-[13rem_1fr] lg:gap-12">
        <Filters query={query} categories={categories} />
        <section
          aria-label={t.list.products}
          aria-busy={refreshing}
          className={`transition-opacity ${refreshing ? 'opacity-50' : ''}`}
        >
          {items.length === 0 ? (
            <Empty title={t.list.emptyTitle} hint={t.list.emptyHint}>
              <Link
                to={
                  query.q
                    ? '/products'
                    : addressOf({ sort: query.sort, ...(query.category && { category: query.category }) })
                }
                className={pressable('plain')}
              >
                {t.list.clear}
              </Link>
            </Empty>
          ) : (
            <MoreProducts
              key={addressOf(query, { cursor: query.cursor })}
              query={query}
              first={items}
              nextCursor={nextCursor}
            />
          )}
        </section>
      </div>
    </div>
  )
}
