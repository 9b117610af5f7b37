import { useEffect, useRef, useState } from 'react'
import { Link, useFetcher, useLoaderData } from 'react-router'
import { wholeNumberOf } from '#kernel/decimal.ts'
import type { Cart } from '#services/cart/contract.ts'
import { optionsText, priceText } from '../../i18n/format.ts'
import { useText } from '../../i18n/index.ts'
import { Button, pressable } from '../../ui/button.tsx'
import { PageTitle } from '../../ui/heading.tsx'
import { Empty, Notice } from '../../ui/notice.tsx'
import { refused } from '../parts/form.tsx'
import { titled } from '../parts/meta.ts'
import { Picture } from '../parts/picture.tsx'
import { Price } from '../parts/price.tsx'
import { Stepper } from '../parts/stepper.tsx'
import { Sum, SumRow } from '../parts/sum.tsx'
import { act, load, text } from '../server/page.server.ts'

export const loader = load(async ({ page, shop }) =>
  page.viewer.kind === 'anonymous' ? { items: [], amount: 0, amountTooLarge: false } : await shop.cart.get({}),
)

export const action = act(async ({ shop, form }) => {
  const skuId = text(form, 'skuId')
  if (form.get('intent') === 'remove') await shop.cart.removeItem({ skuId })
  else await shop.cart.putItem({ skuId, quantity: wholeNumberOf(text(form, 'quantity')) ?? 0 })
  return { done: true as const }
})

export const meta = titled((t) => t.cart.title)

export default function CartPage() {
  const cart = useLoaderData<typeof loader>()
  const { t, locale } = useText()
  const buyable = cart.items.filter((item) => item.available)
  return (
    <div className="wrap">
      <PageTitle>{t.cart.title}</PageTitle>
      {cart.items.length === 0 ? (
        <Empty title={t.cart.empty} hint={t.cart.emptyHint}>
          <Link to="/products" className={pressable()}>
            {t.cart.browse}
          </Link>
        </Empty>
      ) : (
        <div className="grid gap-8 lg:grid-cols-[1fr_21rem] lg:gap-14">
          <ul className="border-t border-ink">
            {cart.items.map((item) => (
              <CartLine key={item.skuId} item={item} />
            ))}
          </ul>
          <div className="lg:sticky lg:top-6 lg:self-start">
            <Sum>
              <SumRow name={t.cart.subtotal} amount={cart.amount} />
              <SumRow name={t.cart.delivery} text={t.cart.free} />
              <SumRow name={t.cart.total} amount={cart.amount} total />
              {buyable.length < cart.items.length && <p className="text-sm text-quiet">{t.cart.excluded}</p>}
              {cart.amountTooLarge && (
                <Notice tone="bad" role="status">
                  {t.cart.tooLarge}
                </Notice>
              )}
              {buyable.length > 0 && !cart.amountTooLarge && (
                <Link to="/checkout" className={pressable('primary', 'large', 'w-full')}>
                  {t.cart.checkoutWith(priceText(cart.amount, locale))}
                </Link>
              )}
            </Sum>
          </div>
        </div>
      )}
    </div>
  )
}

const SETTLE = 300

/** One thing in the cart. Stepping through quantities is sent once it settles. */
const CartLine = ({ item }: { item: Cart['items'][number] }) => {
  const { t, locale } = useText()
  const change = useFetcher<typeof action>()
  const removal = useFetcher<typeof action>()
  const [quantity, setQuantity] = useState(item.quantity)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => setQuantity(item.quantity), [item.quantity])
  useEffect(() => () => clearTimeout(timer.current), [])

  const set = (value: number): void => {
    setQuantity(value)
    clearTimeout(timer.current)
    timer.current = setTimeout(
      () =>
        void change.submit(
          { intent: 'change', skuId: item.skuId, quantity: value },
          { method: 'post', action: '/cart' },
        ),
      SETTLE,
    )
  }
  const problem = [change.data, removal.data].find(refused)?.problem
  const name = [item.productName, optionsText(item.options)].filter(Boolean).join(', ')

  return (
    <li className={`flex gap-4 border-b border-line py-5 ${removal.state !== 'idle' ? 'opacity-40' : ''}`}>
      <Link
        to={`/products/${item.productId}`}
        tabIndex={-1}
        aria-hidden="true"
        className="w-24 shrink-0 overflow-hidden rounded md:w-28"
      >
        <Picture url={item.imageUrl} className={item.available ? '' : 'opacity-45'} />
      </Link>
      <div className="flex min-w-0 grow flex-col gap-1">
        <div className="flex items-start justify-between gap-3">
          <Link to={`/products/${item.productId}`} className="font-semibold hover:underline">
            {item.productName}
          </Link>
          <removal.Form method="post" action="/cart">
            <input type="hidden" name="skuId" value={item.skuId} />
            <Button
              name="intent"
              value="remove"
              look="quiet"
              size="small"
              aria-label={t.cart.removeNamed(name)}
              busy={removal.state !== 'idle' && t.cart.remove}
              className="-mt-1.5 -mr-3 font-normal! text-quiet"
            >
              {t.cart.remove}
            </Button>
          </removal.Form>
        </div>
        <p className="text-sm text-quiet">
          {optionsText(item.options)}
          {item.quantity > 1 && <span className="num ml-2">{t.cart.each(priceText(item.unitPrice, locale))}</span>}
        </p>
        {!item.available && <p className="text-sm font-medium text-juhong">{t.cart.unavailable}</p>}
        {problem && (
          <Notice tone="bad" role="alert">
            {problem.message}
          </Notice>
        )}
        <div className="mt-auto flex flex-wrap items-center justify-between gap-3 pt-2">
          <change.Form method="post" action="/cart" className="flex items-center gap-2">
            <input type="hidden" name="skuId" value={item.skuId} />
            <Stepper compact value={quantity} onChange={set} label={t.cart.quantityOf(name)} />
            <noscript>
              <Button look="plain" size="small">
                {t.cart.change}
              </Button>
            </noscript>
          </change.Form>
          <p className={`text-lg font-bold ${item.available ? '' : 'text-quiet line-through'}`}>
            <Price amount={item.unitPrice * quantity} />
          </p>
        </div>
      </div>
    </li>
  )
}
