import { useState } from 'react'
import { Link, redirect, useLoaderData } from 'react-router'
import { truncate } from '#kernel/text.ts'
import { priceText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Narrow, PageTitle } from '../../shared/ui/heading.tsx'
import { Notice } from '../../shared/ui/notice.tsx'
import { Countdown, useSecondsLeft } from '../kit/countdown.tsx'
import { titled } from '../layout/meta.ts'
import { payReason } from './pay-reason.ts'
import { Price } from '../kit/price.tsx'
import { tossCode, useTossWidgets } from './toss.ts'
import { load, membersOnly } from '../../shared/server/page.server.ts'

export const loader = load(async (visit) => {
  membersOnly(visit)
  const { page, shop, params } = visit
  const [order, me] = await Promise.all([shop.order.get({ id: params['id']! }), shop.member.me({})])
  if (order.status !== 'PENDING_PAYMENT') throw redirect(`/orders/${order.id}`)
  return {
    order: {
      id: order.id,
      number: order.number,
      name: order.orderName,
      amount: order.amount,
      payBefore: order.payBefore,
    },
    buyer: { key: me.id, email: me.email, name: me.name, phone: me.phone },
    toss: page.toss,
    now: page.now(),
  }
})

export const meta = titled((t) => t.pay.title)

export default function Pay() {
  const { order, buyer, toss, now } = useLoaderData<typeof loader>()
  const { t, locale } = useText()
  const left = useSecondsLeft(order.payBefore, now)
  const { state, widgets, retry } = useTossWidgets({
    ...toss,
    customerKey: buyer.key,
    amount: order.amount,
    methodsId: 'payment-methods',
    agreementId: 'payment-agreement',
  })
  const [opening, setOpening] = useState(false)
  const [problem, setProblem] = useState<string>()

  const pay = async (): Promise<void> => {
    setOpening(true)
    setProblem(undefined)
    try {
      await widgets.current?.requestPayment({
        orderId: order.id,
        orderName: truncate(order.name, 100),
        successUrl: `${location.origin}/checkout/success`,
        failUrl: `${location.origin}/checkout/fail?order=${order.id}`,
        customerEmail: truncate(buyer.email, 100),
        customerName: truncate(buyer.name, 100),
        ...(buyer.phone && { customerMobilePhone: buyer.phone }),
      })
    } catch (error) {
      setProblem(payReason(tossCode(error), t))
      setOpening(false)
    }
  }

  return (
    <Narrow>
      <PageTitle>{t.pay.title}</PageTitle>
      <div className="flex flex-col gap-6">
        <div className="rounded-lg bg-paper p-5">
          <p className="flex items-baseline justify-between gap-4">
            <span className="min-w-0 truncate">{order.name}</span>
            <Price amount={order.amount} className="text-xl font-bold" />
          </p>
          <p className="num mt-1 text-sm text-quiet">
            {t.pay.order} {order.number}
          </p>
          <div className="mt-3 border-t border-line pt-3 text-sm">
            <Countdown until={order.payBefore} left={left} />
          </div>
        </div>

        <noscript>
          <Notice tone="bad">{t.pay.needsScript}</Notice>
        </noscript>
        {state === 'failed' && (
          <Notice tone="bad" role="alert">
            <span className="flex items-center justify-between gap-4">
              {t.pay.failed}
              <Button type="button" look="plain" size="small" onClick={retry}>
                {t.pay.retry}
              </Button>
            </span>
          </Notice>
        )}
        {state === 'loading' && (
          <div role="status" className="flex animate-pulse flex-col gap-3">
            <span className="sr-only">{t.pay.loading}</span>
            <div className="h-6 w-28 rounded bg-mist" />
            <div className="h-40 rounded bg-mist" />
            <div className="h-14 rounded bg-mist" />
          </div>
        )}
        <section aria-label={t.pay.methods} hidden={state === 'failed'}>
          <div id="payment-methods" />
        </section>
        <section aria-label={t.pay.agreement} hidden={state === 'failed'}>
          <div id="payment-agreement" />
        </section>

        {problem && (
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        )}
        {left === 0 ? (
          <Link to={`/orders/${order.id}`} className={pressable('plain', 'large', 'w-full')}>
            {t.fail.toOrder}
          </Link>
        ) : (
          <Button
            type="button"
            size="large"
            disabled={state !== 'ready'}
            busy={opening && t.pay.paying}
            onClick={() => void pay()}
            className="w-full"
          >
            {t.pay.pay(priceText(order.amount, locale))}
          </Button>
        )}
        <Link to={`/orders/${order.id}`} className="self-center py-2 text-sm text-quiet underline underline-offset-4">
          {t.fail.toOrder}
        </Link>
      </div>
    </Narrow>
  )
}
