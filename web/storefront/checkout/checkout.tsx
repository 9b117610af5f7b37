import { Form, Link, redirect, useActionData, useLoaderData, useLocation } from 'react-router'
import { optionsText, priceText } from '../../shared/i18n/format.ts'
import { messagesIn, useText } from '../../shared/i18n/index.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Tick } from '../../shared/ui/field.tsx'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { Empty, Notice } from '../../shared/ui/notice.tsx'
import { AddressFields, AddressLines, AddressProblem } from '../account/address-fields.tsx'
import { readRefusal } from './checkout-refusal.ts'
import { refused, revalidateAfterForms, useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { LeftOutLines } from './left-out.tsx'
import { KINDS_AT_MOST } from '../cart/limits.ts'
import { titled } from '../layout/meta.ts'
import { OrderLine } from '../orders/order-line.tsx'
import { Sum, SumRow } from '../kit/sum.tsx'
import { UnpaidOrder } from './unpaid-order.tsx'
import { useFreshOnReturn } from '../kit/use-fresh-on-return.ts'
import { typedAddress } from '../account/address.server.ts'
import { asChangeOf, orderKey, sameAddress, sameItems, seenItems, toOrder } from './checkout.server.ts'
import { act, load, membersOnly, refuse, text, type Visit } from '../../shared/server/page.server.ts'
import { holderOf, isOpen, unpaidOrders } from './unpaid.server.ts'

/** Unpaid orders the reader knows of and wants to order besides. */
const besides = (url: URL): readonly string[] => url.searchParams.getAll('besides')

/** The viewer's unpaid orders: those a checkout could go on with, and those it can only point to. */
const ordersBefore = async (visit: Visit) => {
  const known = new Set(besides(visit.url))
  const unpaid = (await unpaidOrders(visit)).filter((each) => !known.has(each.id))
  return { open: unpaid.filter(isOpen), begun: unpaid.filter((each) => !isOpen(each)) }
}

export const loader = load(async (visit) => {
  membersOnly(visit)
  const { page, shop, url } = visit
  const [before, addresses, me] = await Promise.all([
    ordersBefore(visit),
    shop.member.addresses({}),
    shop.member.me({}),
  ])
  const asked = await toOrder(visit, before.open)
  const open = holderOf(before.open, asked.lines)
  const begun = holderOf(before.begun, [...asked.lines, ...asked.leftOut])
  const saved = open && addresses.items.find((each) => sameAddress(each, open.shippingAddress))
  const { lines, leftOut } = open ? asChangeOf(open, asked) : asked
  return {
    lines,
    leftOut,
    open,
    begun: begun?.id,
    /** The address the form begins with: that of an order to change, if it is a saved one; else the first saved one. */
    begins: saved?.id ?? (open ? 'new' : (addresses.items[0]?.id ?? 'new')),
    anotherPossible: asked.lines.every((line) => line.available),
    addresses: addresses.items,
    me: { recipient: me.name, ...(me.phone && { phone: me.phone }) },
    key: page.id(),
    fromCart: !url.searchParams.has('product'),
  }
})

export const action = act(async (visit) => {
  membersOnly(visit)
  const { shop, form, page } = visit
  const t = messagesIn(page.locale)
  const seen = seenItems(form)
  const items = seen.map(({ skuId, quantity }) => ({ skuId, quantity }))
  const expectedAmount = seen.reduce((sum, each) => sum + each.amount, 0)
  const chosen = text(form, 'addressId')
  const saved =
    chosen && chosen !== 'new' ? (await shop.member.addresses({})).items.find((each) => each.id === chosen) : undefined
  const shippingAddress = saved ? addressOnly(saved) : typedAddress(form, 'shippingAddress.')

  const place = async () => {
    // A page from before an order was placed may come back by the browser's back button: one order is enough.
    const open = holderOf((await ordersBefore(visit)).open, items)
    if (open && sameItems(open, items) && sameAddress(open.shippingAddress, shippingAddress)) return open
    if (open) return refuse(form, 'UNPAID_ORDER', t.checkout.unpaidFirst)
    const idempotencyKey = orderKey(text(form, 'key'), { items, shippingAddress })
    return shop.order.place({ items, shippingAddress, expectedAmount, idempotencyKey })
  }
  const change = async (id: string) => {
    const changed = await shop.order.changeItems({ id, items, expectedAmount })
    return sameAddress(changed.shippingAddress, shippingAddress)
      ? changed
      : await shop.order.changeShippingAddress({ id, shippingAddress })
  }

  const changes = text(form, 'change')
  const order = changes ? await change(changes) : await place()
  if (!('id' in order)) return order
  // The order stands; that its address could not be kept for next time is no reason to stop the buyer.
  if (!saved && form.get('save') === 'on')
    await shop.member.addAddress({ ...shippingAddress, isDefault: false }).catch(() => undefined)
  throw redirect(`/checkout/pay/${order.id}`)
})

const addressOnly = <A extends { id: string; isDefault: boolean }>({ id: _, isDefault: __, ...address }: A) => address

export const shouldRevalidate = revalidateAfterForms

export const meta = titled((t) => t.checkout.title)

/** Faults that mean that the unpaid order the form was to change cannot be changed any more. */
const OVER = new Set(['ORDER_EXPIRED', 'ORDER_STATE', 'NOT_FOUND'])

export default function Checkout() {
  const loaded = useLoaderData<typeof loader>()
  const { open, addresses, me, key, fromCart } = loaded
  const answer = useActionData<typeof action>()
  const { t, locale } = useText()
  const { refusal, error, value } = useRefusal()
  const box = useFormFocus(refusal)
  const pending = usePending()
  const begins = value('addressId') ?? loaded.begins
  // What is wrong with a saved address is said beside it, not in the fields of a new one.
  const refusedAddress = addresses.find((each) => each.id === value('addressId'))
  const { pathname, search } = useLocation()
  useFreshOnReturn()
  // After a refusal the page asks anew, under a new key of its own; the reader is still sending the same order.
  const pageKey = (refused(answer) && answer.values['key']) || key

  const { lines, leftOut, asks, left, before, priceChange } = readRefusal(refusal, loaded)
  const amount = lines.reduce((sum, line) => sum + line.amount, 0)
  const code = refusal?.problem.code
  const backToCart = (
    <Link to="/cart" className={pressable('plain')}>
      {t.checkout.backToCart}
    </Link>
  )
  const said =
    asks && lines.length > 0 ? `${refusal!.problem.message} ${t.checkout.goOnWithout}` : refusal?.problem.message
  const why = priceChange
    ? t.checkout.priceChanged(priceText(priceChange.expected, locale), priceText(priceChange.amount, locale))
    : value('change') && OVER.has(code ?? '')
      ? `${refusal!.problem.message} ${lines.length > 0 ? t.checkout.unpaidChanged : ''}`
      : said

  if (lines.length === 0 || lines.length > KINDS_AT_MOST) {
    return (
      <div className="wrap" ref={box}>
        <PageTitle>{t.checkout.title}</PageTitle>
        <div className="flex flex-col gap-6 pb-6">
          <Why message={why} />
          <Begun id={loaded.begun} />
          {lines.length > KINDS_AT_MOST && (
            <Notice tone="bad">{t.checkout.tooMany(lines.length, KINDS_AT_MOST)}</Notice>
          )}
          <LeftOutLines items={leftOut} left={left} />
        </div>
        {lines.length === 0 ? (
          <Empty title={t.checkout.nothing} hint={t.checkout.nothingHint}>
            {backToCart}
          </Empty>
        ) : (
          backToCart
        )}
      </div>
    )
  }
  const another = new URLSearchParams(search)
  if (open) another.append('besides', open.id)
  return (
    <div className="wrap" ref={box}>
      <PageTitle>{t.checkout.title}</PageTitle>
      <Form method="post" noValidate className="grid gap-10 lg:grid-cols-[1fr_21rem] lg:gap-14">
        <input type="hidden" name="key" value={pageKey} />
        {open && <input type="hidden" name="change" value={open.id} />}
        {lines.map((line) => (
          <input key={line.skuId} type="hidden" name={`item.${line.skuId}`} value={`${line.quantity}:${line.amount}`} />
        ))}
        <div className="flex flex-col gap-10">
          <Why message={why} />
          <Begun id={loaded.begun} />
          {open && <UnpaidOrder order={open} besides={loaded.anotherPossible ? `${pathname}?${another}` : undefined} />}
          <section aria-label={t.checkout.address} className="group">
            <h2 className="border-b border-ink pb-3 text-lg">{t.checkout.address}</h2>
            {addresses.length > 0 && (
              <fieldset className="pt-2">
                <legend className="sr-only">{t.checkout.saved}</legend>
                {addresses.map((address) => (
                  <Choice key={address.id} value={address.id} begins={begins}>
                    <AddressLines address={address} />
                  </Choice>
                ))}
                <Choice value="new" begins={begins}>
                  {t.checkout.newAddress}
                </Choice>
                {refusedAddress && <AddressProblem id={refusedAddress.id} error={error} />}
              </fieldset>
            )}
            {/* Shown by style, so that a new address can be chosen without scripts too. */}
            <div className={`pt-5 ${addresses.length > 0 ? 'hidden group-has-[input[value=new]:checked]:block' : ''}`}>
              <AddressFields
                prefix="shippingAddress."
                known={open?.shippingAddress ?? me}
                error={refusedAddress ? () => undefined : error}
                value={value}
              />
              <Tick name="save" defaultChecked={!refusal || value('save') === 'on'} className="mt-3">
                {t.checkout.save}
              </Tick>
            </div>
          </section>
          <section aria-label={t.checkout.items}>
            <h2 className="border-b border-ink pb-3 text-lg">{t.checkout.items}</h2>
            <ul>
              {lines.map((line) => (
                <OrderLine
                  key={line.skuId}
                  {...line}
                  options={optionsText(line.options)}
                  {...(left.has(line.skuId) && { problem: t.checkout.onlyLeft(left.get(line.skuId)!) })}
                  {...(before.has(line.skuId) && { before: before.get(line.skuId)! })}
                />
              ))}
            </ul>
            <LeftOutLines items={leftOut} left={left} />
            {fromCart && (
              <Link to="/cart" className="inline-block py-3 text-sm text-quiet underline underline-offset-4">
                {t.checkout.backToCart}
              </Link>
            )}
          </section>
        </div>
        <div className="lg:sticky lg:top-6 lg:self-start">
          <Sum>
            <h2 className="sr-only">{t.checkout.amount}</h2>
            <SumRow name={t.cart.subtotal} amount={amount} />
            <SumRow name={t.cart.delivery} text={t.cart.free} />
            <SumRow name={t.checkout.amount} amount={amount} total />
            <Button
              size="large"
              busy={pending && (open ? t.checkout.changing : t.checkout.placing)}
              className="h-auto! min-h-13 w-full py-2 whitespace-normal!"
            >
              {open ? t.checkout.change(priceText(amount, locale)) : t.checkout.place(priceText(amount, locale))}
            </Button>
            <p className="text-sm text-quiet">{t.checkout.notice}</p>
            {!open && <p className="text-sm text-quiet">{t.checkout.hold}</p>}
          </Sum>
        </div>
      </Form>
    </div>
  )
}

/** Why an order was not placed, as a sentence above the form. */
const Why = ({ message }: { message: string | undefined }) =>
  message ? (
    <Notice tone="bad" role="alert" tabIndex={-1}>
      {message}
    </Notice>
  ) : null

/** Points to an order of the same items whose payment has begun: it can be neither changed nor forgotten. */
const Begun = ({ id }: { id: string | undefined }) => {
  const { t } = useText()
  return id ? (
    <Notice>
      {t.checkout.awaiting}{' '}
      <Link to={`/orders/${id}`} className="font-bold underline underline-offset-4">
        {t.checkout.seeAwaiting}
      </Link>
    </Notice>
  ) : null
}

interface ChoiceProps {
  readonly value: string
  /** The value that is chosen to begin with. */
  readonly begins: string
  readonly children: React.ReactNode
}

const Choice = ({ value, begins, children }: ChoiceProps) => (
  <label className="flex items-start gap-3 border-b border-line py-3.5">
    <input
      type="radio"
      name="addressId"
      value={value}
      defaultChecked={begins === value}
      className="mt-1 size-5 shrink-0 accent-jjok"
    />
    <span className="grow">{children}</span>
  </label>
)
