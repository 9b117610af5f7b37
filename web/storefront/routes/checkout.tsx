import { useState } from 'react'
import { Form, Link, redirect, useActionData, useLoaderData } from 'react-router'
import { optionsText, priceText } from '../../i18n/format.ts'
import { useText } from '../../i18n/index.ts'
import { Button, pressable } from '../../ui/button.tsx'
import { Tick } from '../../ui/field.tsx'
import { PageTitle } from '../../ui/heading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { AddressFields, AddressLines, AddressProblem } from '../parts/address-fields.tsx'
import { Refused, refused, useFormFocus, usePending, useRefusal } from '../parts/form.tsx'
import { titled } from '../parts/meta.ts'
import { OrderLine } from '../parts/order-line.tsx'
import { Sum, SumRow } from '../parts/sum.tsx'
import { typedAddress } from '../server/address.server.ts'
import { linesToOrder, orderKey, seenItems } from '../server/checkout.server.ts'
import { act, load, membersOnly, text, type Refusal } from '../server/page.server.ts'

export const loader = load(async (visit) => {
  membersOnly(visit)
  const { page, shop, url } = visit
  const [lines, addresses, me] = await Promise.all([linesToOrder(visit), shop.member.addresses({}), shop.member.me({})])
  return {
    lines,
    amount: lines.reduce((sum, line) => sum + line.amount, 0),
    addresses: addresses.items,
    me: { recipient: me.name, ...(me.phone && { phone: me.phone }) },
    key: page.id(),
    fromCart: !url.searchParams.has('product'),
  }
})

export const action = act(async (visit) => {
  membersOnly(visit)
  const { shop, form, url } = visit
  const items = seenItems(form)
  const chosen = text(form, 'addressId')
  const saved =
    chosen && chosen !== 'new' ? (await shop.member.addresses({})).items.find((each) => each.id === chosen) : undefined
  const shippingAddress = saved ? addressOnly(saved) : typedAddress(form, 'shippingAddress.')
  const order = await shop.order.place({
    items,
    shippingAddress,
    idempotencyKey: orderKey(text(form, 'key'), { items, shippingAddress }),
  })
  // The order stands; that its address could not be kept for next time is no reason to stop the buyer.
  if (!saved && form.get('save') === 'on')
    await shop.member.addAddress({ ...shippingAddress, isDefault: false }).catch(() => undefined)
  throw redirect(`/checkout/pay/${order.id}${url.searchParams.has('product') ? '' : '?from=cart'}`)
})

const addressOnly = <A extends { id: string; isDefault: boolean }>({ id: _, isDefault: __, ...address }: A) => address

export const meta = titled((t) => t.checkout.title)

export default function Checkout() {
  const { lines, amount, addresses, me, key, fromCart } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const { t, locale } = useText()
  const { refusal, error, value } = useRefusal()
  const box = useFormFocus(refusal)
  const pending = usePending()
  const [chosen, choose] = useState(value('addressId') ?? addresses[0]?.id ?? 'new')
  // After a refusal the page asks anew, under a new key of its own; the reader is still sending the same order.
  const pageKey = (refused(answer) && answer.values['key']) || key

  const left = leftOf(refusal)

  if (lines.length === 0) {
    return (
      <div className="wrap" ref={box}>
        <PageTitle>{t.checkout.title}</PageTitle>
        <div className="pb-6">
          <Refused refusal={refusal} />
        </div>
        <Empty title={t.checkout.nothing} hint={t.checkout.nothingHint}>
          <Link to="/cart" className={pressable('plain')}>
            {t.checkout.backToCart}
          </Link>
        </Empty>
      </div>
    )
  }
  return (
    <div className="wrap" ref={box}>
      <PageTitle>{t.checkout.title}</PageTitle>
      <Form method="post" noValidate className="grid gap-10 lg:grid-cols-[1fr_21rem] lg:gap-14">
        <input type="hidden" name="key" value={pageKey} />
        {lines.map((line) => (
          <input key={line.skuId} type="hidden" name="item" value={`${line.skuId}:${line.quantity}`} />
        ))}
        <div className="flex flex-col gap-10">
          <Refused refusal={refusal} />
          <section aria-label={t.checkout.address}>
            <h2 className="border-b border-ink pb-3 text-lg">{t.checkout.address}</h2>
            {addresses.length > 0 && (
              <fieldset className="pt-2">
                <legend className="sr-only">{t.checkout.saved}</legend>
                {addresses.map((address) => (
                  <Choice key={address.id} value={address.id} chosen={chosen} onChoose={choose}>
                    <AddressLines address={address} />
                  </Choice>
                ))}
                <Choice value="new" chosen={chosen} onChoose={choose}>
                  {t.checkout.newAddress}
                </Choice>
                {chosen !== 'new' && <AddressProblem id={chosen} error={error} />}
              </fieldset>
            )}
            {(chosen === 'new' || addresses.length === 0) && (
              <div className="pt-5">
                <AddressFields prefix="shippingAddress." known={me} error={error} value={value} />
                <Tick name="save" defaultChecked={!refusal || value('save') === 'on'} className="mt-3">
                  {t.checkout.save}
                </Tick>
              </div>
            )}
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
                />
              ))}
            </ul>
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
            <Button size="large" busy={pending && t.checkout.placing} className="w-full">
              {t.checkout.place(priceText(amount, locale))}
            </Button>
            <p className="text-sm text-quiet">{t.checkout.notice}</p>
            <p className="text-sm text-quiet">{t.checkout.hold}</p>
          </Sum>
        </div>
      </Form>
    </div>
  )
}

/** SKU → units left, of the lines an order was refused for. */
const leftOf = (refusal: Refusal | undefined): ReadonlyMap<string, number> => {
  const { code, data } = refusal?.problem ?? {}
  if (code !== 'OUT_OF_STOCK') return new Map()
  const { shortages = [] } = (data ?? {}) as { shortages?: { skuId: string; available: number }[] }
  return new Map(shortages.map((each) => [each.skuId, each.available]))
}

interface ChoiceProps {
  readonly value: string
  readonly chosen: string
  readonly onChoose: (value: string) => void
  readonly children: React.ReactNode
}

const Choice = ({ value, chosen, onChoose, children }: ChoiceProps) => (
  <label className="flex items-start gap-3 border-b border-line py-3.5">
    <input
      type="radio"
      name="addressId"
      value={value}
      checked={chosen === value}
      onChange={() => onChoose(value)}
      className="mt-1 size-5 shrink-0 accent-jjok"
    />
    <span className="grow">{children}</span>
  </label>
)
