import { Link, useLoaderData, useRouteLoaderData } from 'react-router'
import type { ProductCard as Card } from '#services/catalog/contract.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { Icon } from '../../shared/ui/icons.tsx'
import { Empty, Notice } from '../../shared/ui/notice.tsx'
import { below, nameOf } from './categories.ts'
import { textOf } from '../layout/meta.ts'
import { Picture } from '../kit/picture.tsx'
import { ProductGrid } from './product-card.tsx'
import type { loader as rootLoader } from '../../root.tsx'
import { load } from '../../shared/server/page.server.ts'

export const loader = load(async ({ shop, url }) => {
  const [popular, newest] = await Promise.all([
    shop.catalog.list({ sort: 'popular', inStock: true, limit: 13 }),
    shop.catalog.list({ sort: 'newest', limit: 8 }),
  ])
  return { popular: popular.items, newest: newest.items, withdrawn: url.searchParams.has('withdrawn') }
})

export const meta = ({ matches }: { matches: Parameters<typeof textOf>[0] }) => {
  const t = textOf(matches)
  const title = `${t.shop.name} — ${t.shop.tagline}`
  return [
    { title },
    { name: 'description', content: t.shop.description },
    { property: 'og:title', content: title },
    { property: 'og:description', content: t.shop.description },
    { property: 'og:type', content: 'website' },
  ]
}

export default function Home() {
  const { popular, newest, withdrawn } = useLoaderData<typeof loader>()
  const { t } = useText()
  return (
    <>
      {withdrawn && (
        <div className="wrap py-4">
          <Notice tone="good" role="status">
            {t.me.withdrawn}
          </Notice>
        </div>
      )}
      <Hero cards={popular.slice(0, 5)} />
      {popular.length === 0 && newest.length === 0 ? (
        <div className="wrap pt-12">
          <Empty title={t.home.newest} hint={t.home.empty} />
        </div>
      ) : (
        <>
          <Row title={t.home.popular} to="/products?sort=popular">
            <ProductGrid cards={popular.slice(5)} />
          </Row>
          <Stalls />
          <Row title={t.home.newest} to="/products?sort=newest">
            <ProductGrid cards={newest} />
          </Row>
        </>
      )}
    </>
  )
}

/** A sentence, and five things laid out as on a mat. */
const Hero = ({ cards }: { cards: readonly Card[] }) => {
  const { t } = useText()
  return (
    <section className="bg-paper">
      <div className="wrap grid gap-8 py-8 md:grid-cols-[1fr_1.35fr] md:items-center md:py-14">
        <div>
          <h1 className="text-3xl whitespace-pre-line md:text-4xl">{t.home.heroTitle}</h1>
          <p className="mt-4 max-w-sm text-lg text-quiet">{t.home.heroText}</p>
          <Link to="/products" className={pressable('primary', 'large', 'mt-7')}>
            {t.home.heroAction}
          </Link>
        </div>
        {cards.length === 5 && (
          <ul className="grid grid-cols-4 grid-rows-2 gap-2 md:gap-3">
            {cards.map((card, at) => (
              <li key={card.id} className={at === 0 ? 'col-span-2 row-span-2' : ''}>
                <Link to={`/products/${card.id}`} className="block overflow-hidden rounded bg-mist">
                  <Picture
                    url={card.imageUrl}
                    alt={card.name}
                    eager
                    className="transition-transform duration-500 hover:scale-[1.03]"
                  />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}

const Row = ({ title, to, children }: { title: string; to: string; children: React.ReactNode }) => {
  const { t } = useText()
  return (
    <section className="wrap pt-12 md:pt-20" aria-label={title}>
      <div className="mb-5 flex items-baseline justify-between md:mb-7">
        <h2 className="text-xl md:text-2xl">{title}</h2>
        <Link
          to={to}
          aria-label={`${title} ${t.home.more}`}
          className="flex min-h-11 items-center gap-0.5 text-sm text-quiet hover:text-ink hover:underline"
        >
          {t.home.more}
          <Icon name="right" className="size-4" />
        </Link>
      </div>
      {children}
    </section>
  )
}

/** The stalls with what lies on them. */
const Stalls = () => {
  const { t, locale } = useText()
  const categories = useRouteLoaderData<typeof rootLoader>('root')?.categories ?? []
  const tops = below(categories, null)
  if (tops.length === 0) return null
  return (
    <section className="mt-12 bg-jjok-deep text-white md:mt-20" aria-label={t.home.byCategory}>
      <div className="wrap py-10 md:py-14">
        <h2 className="text-xl md:text-2xl">{t.home.byCategory}</h2>
        <ul className="mt-6 grid gap-x-8 gap-y-7 sm:grid-cols-2 md:grid-cols-3 lg:grid-cols-5">
          {tops.map((top) => (
            <li key={top.id} className="border-t border-white/35 pt-3">
              <Link to={`/products?category=${top.id}`} className="text-lg font-bold outline-white hover:underline">
                {nameOf(top, locale)}
              </Link>
              <ul className="mt-1 flex flex-wrap gap-x-3">
                {below(categories, top.id)
                  .slice(0, 5)
                  .map((each) => (
                    <li key={each.id}>
                      <Link
                        to={`/products?category=${each.id}`}
                        className="inline-block py-1 text-sm text-white/85 outline-white hover:text-white hover:underline"
                      >
                        {nameOf(each, locale)}
                      </Link>
                    </li>
                  ))}
              </ul>
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}
