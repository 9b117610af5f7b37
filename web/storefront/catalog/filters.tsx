import { useId, type FormEvent } from 'react'
import { Form, Link, useSubmit } from 'react-router'
import { priceText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { Icon } from '../../shared/ui/icons.tsx'
import { below, nameOf, pathTo, type Category } from './categories.ts'
import { addressOf, isUsualSort, sorts, type ListQuery } from './query.ts'

/** The members of the address that a form does not show, so that sending it keeps them. */
const HiddenFilters = ({ query, but }: { query: ListQuery; but: readonly (keyof ListQuery)[] }) =>
  (['q', 'category', 'minPrice', 'maxPrice', 'inStock', 'sort'] as const)
    .filter((name) => !but.includes(name) && query[name] !== undefined && !(name === 'sort' && isUsualSort(query)))
    .map((name) => <input key={name} type="hidden" name={name} value={String(query[name])} />)

/** The order of a list; chosen at once with scripts, with a button without them. */
export const SortMenu = ({ query }: { query: ListQuery }) => {
  const { t } = useText()
  const submit = useSubmit()
  const id = useId()
  // Asked of the address, which may be a moment ahead of what is drawn here: a filter chosen just before must not be lost.
  const choose = (sort: string): void => {
    const address = new URLSearchParams(window.location.search)
    address.delete('cursor')
    address.set('sort', sort)
    void submit(address, { method: 'get', action: '/products' })
  }
  return (
    <Form action="/products" className="flex items-center gap-2">
      <HiddenFilters query={query} but={['sort']} />
      <label htmlFor={id} className="text-sm text-quiet">
        {t.list.sort}
      </label>
      <select
        id={id}
        name="sort"
        defaultValue={query.sort}
        key={query.sort}
        onChange={(event) => choose(event.currentTarget.value)}
        className="h-11 rounded border border-edge bg-white px-3 text-base"
      >
        {sorts
          .filter((sort) => sort !== 'relevance' || query.q)
          .map((sort) => (
            <option key={sort} value={sort}>
              {t.list.sorts[sort]}
            </option>
          ))}
      </select>
      <noscript>
        <Button look="plain" size="small">
          {t.list.apply}
        </Button>
      </noscript>
    </Form>
  )
}

/** Category, price and stock: beside the list on a desk, folded above it on a phone. */
export const Filters = ({ query, categories }: { query: ListQuery; categories: readonly Category[] }) => {
  const { t } = useText()
  const used = [query.minPrice ?? query.maxPrice, query.inStock].filter((each) => each !== undefined).length
  return (
    <>
      <details className="group mb-6 rounded border border-line lg:hidden">
        <summary className="flex h-12 items-center justify-between px-4 font-semibold">
          <span>
            {t.list.filtersOpen}
            {used > 0 && <span className="num ml-2 text-jjok">{used}</span>}
          </span>
          <Icon name="down" className="size-5 transition-transform group-open:rotate-180" />
        </summary>
        <div className="border-t border-line p-4">
          <FilterBody query={query} categories={categories} />
        </div>
      </details>
      <aside aria-label={t.list.filters} className="hidden lg:block">
        <FilterBody query={query} categories={categories} />
      </aside>
    </>
  )
}

const FilterBody = ({ query, categories }: { query: ListQuery; categories: readonly Category[] }) => (
  <div className="flex flex-col gap-8">
    <CategoryTree query={query} categories={categories} />
    <PriceAndStock query={query} />
  </div>
)

const CategoryTree = ({ query, categories }: { query: ListQuery; categories: readonly Category[] }) => {
  const { t, locale } = useText()
  const path = pathTo(categories, query.category)
  const here = path.at(-1)
  // Where nothing lies below, the neighbours stay in sight.
  const children = below(categories, here?.id ?? null)
  const shown = children.length > 0 || !here ? children : below(categories, here.parentId)
  const above = children.length > 0 || !here ? path : path.slice(0, -1)
  return (
    <div>
      <h2 className="mb-2 text-sm font-bold">{t.list.category}</h2>
      <ul>
        <li>
          <Link
            to={addressOf(query, { category: undefined })}
            className="block py-1.5 hover:underline"
            aria-current={here ? undefined : 'true'}
          >
            {t.list.all}
          </Link>
        </li>
        {above.map((each) => (
          <li key={each.id}>
            <Link
              to={addressOf(query, { category: each.id })}
              aria-current={each === here ? 'true' : undefined}
              className="block py-1.5 font-semibold hover:underline aria-[current]:text-jjok"
            >
              {t.list.allIn(nameOf(each, locale))}
            </Link>
          </li>
        ))}
        {shown.map((each) => (
          <li key={each.id}>
            <Link
              to={addressOf(query, { category: each.id })}
              aria-current={each === here ? 'true' : undefined}
              className="block border-l border-line py-1.5 pl-3 hover:border-ink aria-[current]:border-jjok aria-[current]:font-bold aria-[current]:text-jjok"
            >
              {nameOf(each, locale)}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

const bands = [
  [undefined, 10_000],
  [10_000, 30_000],
  [30_000, 50_000],
  [50_000, 100_000],
  [100_000, undefined],
] as const

/** Keeps fields that say nothing out of the address. */
const leaveOutEmpty = (event: FormEvent<HTMLFormElement>): void => {
  const empty = [...event.currentTarget.querySelectorAll('input')].filter((field) => field.value === '')
  for (const field of empty) field.disabled = true
  // The form is read in this turn; then it is the reader's again.
  queueMicrotask(() => {
    for (const field of empty) field.disabled = false
  })
}

const PriceAndStock = ({ query }: { query: ListQuery }) => {
  const { t, locale } = useText()
  const price = (amount: number): string => priceText(amount, locale)
  const nameOfBand = (from: number | undefined, to: number | undefined): string =>
    from === undefined
      ? t.list.under(price(to!))
      : to === undefined
        ? t.list.over(price(from))
        : t.list.between(price(from), price(to))
  const narrowed = query.minPrice !== undefined || query.maxPrice !== undefined || query.inStock
  const field = 'h-10 w-full min-w-0 rounded border border-edge px-2 text-right text-sm num placeholder:text-quiet'
  return (
    <div>
      <h2 className="mb-2 text-sm font-bold">{t.list.price}</h2>
      <ul>
        {bands.map(([from, to]) => {
          const chosen = query.minPrice === from && query.maxPrice === to
          return (
            <li key={`${from}-${to}`}>
              <Link
                to={addressOf(
                  query,
                  chosen ? { minPrice: undefined, maxPrice: undefined } : { minPrice: from, maxPrice: to },
                )}
                aria-current={chosen ? 'true' : undefined}
                className="num block py-1.5 text-sm hover:underline aria-[current]:font-bold aria-[current]:text-jjok"
              >
                {nameOfBand(from, to)}
              </Link>
            </li>
          )
        })}
      </ul>
      <Form action="/products" key={addressOf(query)} onSubmit={leaveOutEmpty} className="mt-3">
        <HiddenFilters query={query} but={['minPrice', 'maxPrice', 'inStock']} />
        <div className="flex items-center gap-1.5">
          <input
            name="minPrice"
            inputMode="numeric"
            aria-label={`${t.list.minPrice} (${t.list.won})`}
            placeholder={t.list.min}
            defaultValue={query.minPrice}
            className={field}
          />
          <span aria-hidden="true">–</span>
          <input
            name="maxPrice"
            inputMode="numeric"
            aria-label={`${t.list.maxPrice} (${t.list.won})`}
            placeholder={t.list.max}
            defaultValue={query.maxPrice}
            className={field}
          />
        </div>
        <label className="mt-4 flex min-h-11 items-center gap-2.5">
          <input
            type="checkbox"
            name="inStock"
            value="true"
            defaultChecked={query.inStock === true}
            onChange={(event) => event.currentTarget.form?.requestSubmit()}
            className="size-5 accent-jjok"
          />
          {t.list.inStock}
        </label>
        <div className="mt-2 flex items-center gap-2">
          <Button look="plain" size="small">
            {t.list.apply}
          </Button>
          {narrowed && (
            <Link
              to={addressOf(query, { minPrice: undefined, maxPrice: undefined, inStock: undefined })}
              className="flex h-9 items-center px-2 text-sm text-quiet underline underline-offset-2 hover:text-ink"
            >
              {t.list.clear}
            </Link>
          )}
        </div>
      </Form>
    </div>
  )
}
