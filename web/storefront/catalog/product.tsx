import { data, Link, redirect, useActionData, useLoaderData } from 'react-router'
import { truncate } from '#kernel/text.ts'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import { timeText } from '../../shared/i18n/format.ts'
import { useText, messagesIn } from '../../shared/i18n/index.ts'
import { Notice } from '../../shared/ui/notice.tsx'
import { Breadcrumb } from './breadcrumb.tsx'
import { BuyBox } from './buy-box.tsx'
import { missingOption, skuOf } from './choice.ts'
import { refused } from '../../shared/form.tsx'
import { Gallery } from './gallery.tsx'
import { textOf } from '../layout/meta.ts'
import { ProductGrid } from './product-card.tsx'
import { ProductFacts } from './product-facts.tsx'
import { act, load, text, type Refusal } from '../../shared/server/page.server.ts'
import { formProblem } from '../../shared/server/problem.server.ts'
import { productJsonLd } from './json-ld.server.ts'
import { holderOf, isOpen, unpaidOrders } from '../checkout/unpaid.server.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const loader = load(async (visit) => {
  const { shop, params, page, url } = visit
  const id = params['id']!
  if (!uuid.test(id)) throw data({ message: messagesIn(page.locale).product.notFound }, { status: 404 })
  const product = await shop.catalog.get({ id })
  const related = product.categoryId
    ? await shop.catalog
        .list({ category: product.categoryId, inStock: true, sort: 'popular', limit: 5 })
        .catch(() => ({ items: [] }))
    : { items: [] }
  // What seems sold out may be held by an order of the reader's that only waits to be paid.
  const unpaid = product.skus.some((sku) => sku.soldOut) ? await unpaidOrders(visit).catch(() => []) : []
  const holder = holderOf(
    unpaid.filter(isOpen),
    product.skus.map((sku) => ({ skuId: sku.id })),
  )
  return {
    product,
    held: holder ? { orderId: holder.id, payBefore: holder.payBefore } : undefined,
    related: related.items.filter((each) => each.id !== product.id).slice(0, 4),
    jsonLd: productJsonLd(product, url),
    origin: url.origin,
  }
})

export const action = act(async ({ shop, page, params, form }) => {
  const t = messagesIn(page.locale)
  const product = await shop.catalog.get({ id: params['id']! })
  const choice = Object.fromEntries(
    product.options.flatMap(({ name }) => {
      const value = form.get(`option.${name}`)
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
  const refuse = (message: string, field: string) => {
    const refusal: Refusal = { problem: formProblem(message, { [field]: message }), values: {} }
    return data(refusal, { status: 400 })
  }
  const missing = missingOption(product, choice)
  if (missing) return refuse(t.product.chooseFirst(missing), `option.${missing}`)
  const sku = skuOf(product, choice)
  if (!sku || sku.soldOut) return refuse(t.product.combinationSoldOut, `option.${product.options.at(-1)?.name ?? ''}`)
  const quantity = Math.min(999, Math.max(1, wholeNumberOf(text(form, 'quantity')) ?? 1))
  if (form.get('intent') === 'buy') {
    throw redirect(`/checkout?product=${product.id}&sku=${sku.id}&quantity=${quantity}`)
  }
  page.beGuest()
  const held = (await shop.cart.get({})).items.find((item) => item.skuId === sku.id)?.quantity ?? 0
  await shop.cart.putItem({ skuId: sku.id, quantity: Math.min(999, held + quantity), chosen: true })
  return { added: page.id() }
})

type Loaded = Awaited<ReturnType<typeof loader>>

export const meta = ({ loaderData, matches }: { loaderData?: Loaded; matches: Parameters<typeof textOf>[0] }) => {
  const t = textOf(matches)
  if (!loaderData) return [{ title: t.shop.name }]
  const { product, origin } = loaderData
  const title = `${product.name} | ${t.shop.name}`
  const description = truncate(product.description.replace(/\s+/g, ' ').trim(), 150, '…')
  const image = product.imageUrls[0] ?? product.imageUrl
  return [
    { title },
    { name: 'description', content: description },
    { property: 'og:type', content: 'product' },
    { property: 'og:title', content: product.name },
    { property: 'og:description', content: description },
    { property: 'og:url', content: `${origin}/products/${product.id}` },
    ...(image ? [{ property: 'og:image', content: new URL(image, origin).href }] : []),
    { property: 'product:price:amount', content: String(product.price) },
    { property: 'product:price:currency', content: 'KRW' },
    { tagName: 'link', rel: 'canonical', href: `${origin}/products/${product.id}` },
  ]
}

export default function Product() {
  const { product, held, related, jsonLd } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const { t } = useText()
  return (
    <div className="wrap">
      <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: jsonLd }} suppressHydrationWarning />
      <Breadcrumb path={product.categoryPath} />
      <div className="grid gap-8 pt-4 md:grid-cols-2 md:gap-12 lg:gap-16">
        <Gallery
          key={product.id}
          name={product.name}
          urls={product.imageUrls.length ? product.imageUrls : [product.imageUrl]}
          soldOut={product.soldOut}
        />
        <div className="md:sticky md:top-6 md:self-start">
          {product.brand && !product.name.includes(product.brand) && (
            <p className="font-semibold text-quiet">{product.brand}</p>
          )}
          <h1 lang="ko" className="mt-1 text-2xl">
            {product.name}
          </h1>
          {held && (
            <div className="mt-4">
              <Notice>
                <span className="flex flex-wrap items-center justify-between gap-x-4">
                  {t.product.held(timeText(held.payBefore))}
                  <Link to={`/checkout/pay/${held.orderId}`} className="font-bold underline underline-offset-4">
                    {t.checkout.goOnPaying}
                  </Link>
                </span>
              </Notice>
            </div>
          )}
          <BuyBox key={product.id} product={product} refusal={refused(answer) ? answer : undefined} />
          <div aria-live="polite">
            {answer && 'added' in answer && (
              <div key={answer.added} className="mt-4">
                <Notice tone="good">
                  <span className="flex items-center justify-between gap-4">
                    {t.product.added}
                    <Link to="/cart" className="font-bold underline underline-offset-4">
                      {t.product.seeCart}
                    </Link>
                  </span>
                </Notice>
              </div>
            )}
          </div>
        </div>
      </div>
      <ProductFacts product={product} />
      {related.length > 0 && (
        <section aria-label={t.product.related} className="pt-16">
          <h2 className="mb-6 text-xl">{t.product.related}</h2>
          <ProductGrid cards={related} />
        </section>
      )}
    </div>
  )
}
