import { Form, Link, redirect, useLoaderData } from 'react-router'
import { priceText } from '../../shared/i18n/format.ts'
import { messagesIn, useText } from '../../shared/i18n/index.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { Empty, Notice } from '../../shared/ui/notice.tsx'
import { CartLine } from './cart-line.tsx'
import { Refused, revalidateAfterForms, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { KINDS_AT_MOST, WON_AT_MOST } from './limits.ts'
import { titled } from '../layout/meta.ts'
import { Sum, SumRow } from '../kit/sum.tsx'
import { useCartWrites } from './use-cart-writes.ts'
import { useFreshOnReturn } from '../kit/use-fresh-on-return.ts'
import { applyCart, isOrderable } from './cart.server.ts'
import { act, load, refuse, text } from '../../shared/server/page.server.ts'
import { heldUnits, unpaidOrders } from '../checkout/unpaid.server.ts'

export const loader = load(async (visit) => {
  if (visit.page.viewer.kind === 'anonymous') return { items: [] }
  // The cart stands while orders cannot be asked for.
  const [cart, unpaid] = await Promise.all([visit.shop.cart.get({}), unpaidOrders(visit).catch(() => [])])
  const held = heldUnits(unpaid)
  return {
    items: cart.items.map((item) => ({ ...item, held: held.get(item.skuId), orderable: isOrderable(item, held) })),
  }
})

export const action = act(async (visit) => {
  const { shop, page, form } = visit
  const t = messagesIn(page.locale)
  const remove = text(form, 'remove')
  if (remove) await shop.cart.removeItem({ skuId: remove })
  await applyCart(visit, form)
  const intent = text(form, 'intent')
  if (remove || intent === '' || intent === 'save') return { done: true as const }

  const held = heldUnits(await unpaidOrders(visit).catch(() => []))
  const orderable = (await shop.cart.get({})).items.filter((item) => isOrderable(item, held))
  if (intent === 'order') {
    const chosen = orderable.filter((item) => item.chosen)
    const count = chosen.length
    const amount = chosen.reduce((sum, item) => sum + item.amount, 0)
    if (count === 0) return refuse(form, 'NOTHING_CHOSEN', t.cart.noneChosen)
    if (count > KINDS_AT_MOST) return refuse(form, 'TOO_MANY_CHOSEN', t.cart.overLimit(count, KINDS_AT_MOST))
    if (amount > WON_AT_MOST) return refuse(form, 'AMOUNT_TOO_LARGE', t.cart.tooLarge)
    throw redirect('/checkout')
  }
  const wanted = intent === 'all' ? orderable.length : intent === 'first' ? KINDS_AT_MOST : 0
  const items = orderable.map(({ skuId }, index) => ({ skuId, chosen: index < wanted }))
  if (items.length > 0) await shop.cart.choose({ items })
  return { done: true as const }
})

export const shouldRevalidate = revalidateAfterForms

export const meta = titled((t) => t.cart.title)

export default function CartPage() {
  const { items } = useLoaderData<typeof loader>()
  const { t, locale } = useText()
  const { set, wishOf, drop, flush, problem } = useCartWrites()
  const { refusal } = useRefusal()
  const box = useFormFocus(refusal)
  const ordering = usePending('order')
  useFreshOnReturn()

  if (items.length === 0)
    return (
      <div className="wrap">
        <PageTitle>{t.cart.title}</PageTitle>
        <Empty title={t.cart.empty} hint={t.cart.emptyHint}>
          <Link to="/products" className={pressable()}>
            {t.cart.browse}
          </Link>
        </Empty>
      </div>
    )

  const orderable = items.filter((item) => item.orderable)
  const chosen = orderable.filter((item) => wishOf(item.skuId)?.chosen ?? item.chosen)
  const amount = chosen.reduce((sum, item) => sum + item.unitPrice * (wishOf(item.skuId)?.quantity ?? item.quantity), 0)
  const over = chosen.length > KINDS_AT_MOST
  return (
    <div className="wrap" ref={box}>
      <PageTitle>{t.cart.title}</PageTitle>
      <Form method="post" noValidate preventScrollReset className="grid gap-8 lg:grid-cols-[1fr_21rem] lg:gap-14">
        {/* What Enter in a field presses: the first button of a form. */}
        <button name="intent" value="save" tabIndex={-1} aria-hidden="true" className="sr-only">
          {t.cart.change}
        </button>
        <div>
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-ink pb-2">
            <p aria-live="polite" className={`num text-sm ${over ? 'font-bold text-juhong' : 'text-quiet'}`}>
              {t.cart.chosen(chosen.length, items.length)}
            </p>
            <div className="-mr-3 flex flex-wrap">
              {orderable.length > KINDS_AT_MOST && (
                <Button name="intent" value="first" look="quiet" size="small">
                  {t.cart.chooseFirst(KINDS_AT_MOST)}
                </Button>
              )}
              <Button name="intent" value="all" look="quiet" size="small">
                {t.cart.chooseAll}
              </Button>
              <Button name="intent" value="none" look="quiet" size="small">
                {t.cart.chooseNone}
              </Button>
            </div>
          </div>
          <ul>
            {items.map((item) => (
              <CartLine
                key={item.skuId}
                item={item}
                wish={wishOf(item.skuId)}
                onWish={(wish) => set(item.skuId, wish)}
                onRemove={() => {
                  drop(item.skuId)
                  return flush()
                }}
              />
            ))}
          </ul>
        </div>
        <div className="lg:sticky lg:top-6 lg:self-start">
          <Sum>
            <SumRow name={t.cart.subtotal} amount={amount} />
            <SumRow name={t.cart.delivery} text={t.cart.free} />
            <SumRow name={t.cart.total} amount={amount} total />
            {orderable.length < items.length && <p className="text-sm text-quiet">{t.cart.excluded}</p>}
            {chosen.length < orderable.length && <p className="text-sm text-quiet">{t.cart.notChosen}</p>}
            {items.length > KINDS_AT_MOST && !over && (
              <p className="text-sm text-quiet">{t.cart.limit(KINDS_AT_MOST)}</p>
            )}
            {amount > WON_AT_MOST && refusal?.problem.code !== 'AMOUNT_TOO_LARGE' && (
              <p role="status" className="text-sm font-medium text-juhong">
                {t.cart.tooLarge}
              </p>
            )}
            {over && (
              <p role="status" className="text-sm font-medium text-juhong">
                {t.cart.overLimit(chosen.length, KINDS_AT_MOST)}
              </p>
            )}
            {problem && (
              <Notice tone="bad" role="alert">
                {problem === 'not sent' ? t.cart.notSaved : problem.message}
              </Notice>
            )}
            {!(over && refusal?.problem.code === 'TOO_MANY_CHOSEN') && <Refused refusal={refusal} />}
            {orderable.length > 0 && (
              <Button name="intent" value="order" size="large" busy={ordering && t.cart.checkout} className="w-full">
                {chosen.length > 0 ? t.cart.checkoutWith(priceText(amount, locale)) : t.cart.checkout}
              </Button>
            )}
          </Sum>
        </div>
      </Form>
    </div>
  )
}
