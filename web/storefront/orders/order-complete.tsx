import { useCallback } from 'react'
import { Link, redirect, useLoaderData, useRevalidator } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { Icon } from '../../shared/ui/icons.tsx'
import { DepositBox } from './deposit-box.tsx'
import { useLiveNotifications } from '../notifications/live-notifications.ts'
import { titled } from '../layout/meta.ts'
import { Price } from '../kit/price.tsx'
import { load, membersOnly } from '../../shared/server/page.server.ts'

export const loader = load(async (visit) => {
  membersOnly(visit)
  const { shop, params } = visit
  const id = params['id']!
  const [order, payments, inbox] = await Promise.all([
    shop.order.get({ id }),
    shop.payment.ofOrder({ orderId: id }).catch(() => ({ items: [] })),
    shop.notification.list({ limit: 5 }).catch(() => ({ items: [] })),
  ])
  const awaiting = order.status === 'AWAITING_DEPOSIT'
  if (!order.paidAt && !awaiting) throw redirect(`/orders/${id}`)
  const payment = payments.items.find((each) => each.capturedAt)
  return {
    order: { id, number: order.number, name: order.orderName, amount: order.amount, payBefore: order.payBefore },
    awaiting,
    account: payments.items.find((each) => each.virtualAccount)?.virtualAccount ?? null,
    method: payment?.method ?? null,
    receiptUrl: payment?.receiptUrl ?? null,
    // What was said between the capture and this page.
    earlier: inbox.items.filter((each) => (order.paidAt && each.at >= order.paidAt) || each.link?.includes(id)),
  }
})

export const meta = titled((t) => t.success.title)

/** The order is placed: paid, or waiting for its deposit, whose arrival turns the one into the other. */
export default function OrderComplete() {
  const { order, awaiting, account, method, receiptUrl, earlier } = useLoaderData<typeof loader>()
  const { t, locale } = useText()
  const { revalidate } = useRevalidator()
  const heard = useLiveNotifications(useCallback(() => void revalidate(), [revalidate]))
  const notice = heard[0] ?? earlier[0]
  return (
    <div className="wrap flex max-w-xl! flex-col items-center py-14 text-center md:py-20">
      <span className="flex size-14 items-center justify-center rounded-full bg-sol-soft text-sol">
        <Icon name="check" className="size-8" />
      </span>
      <h1 className="mt-5 text-2xl md:text-[2rem]">{awaiting ? t.deposit.title : t.success.title}</h1>
      <p className="mt-2 text-quiet">{awaiting ? t.deposit.lead : t.success.thanks}</p>
      {awaiting && (
        <div className="mt-8 w-full">
          <DepositBox account={account} amount={order.amount} dueAt={order.payBefore} />
        </div>
      )}
      <dl className="mt-8 w-full border-t border-ink text-left">
        <Fact name={t.success.number}>
          <span className="num">{order.number}</span>
        </Fact>
        <Fact name={t.orders.lines}>{order.name}</Fact>
        {!awaiting && (
          <Fact name={t.success.paid}>
            <Price amount={order.amount} className="font-bold" />
          </Fact>
        )}
        {method && <Fact name={t.success.method}>{method}</Fact>}
      </dl>
      <section aria-label={t.success.live} className="mt-6 w-full rounded-lg bg-jjok-soft p-5 text-left text-jjok-deep">
        <div role="status" className="flex items-start gap-3">
          <Icon name="bell" className="mt-0.5 size-5 shrink-0" />
          {notice ? (
            <p>
              <strong className="block">{notice.title[locale]}</strong>
              {notice.body[locale]}
            </p>
          ) : (
            <p>{awaiting ? t.deposit.waiting : t.success.waitingNotice}</p>
          )}
        </div>
      </section>
      <div className="mt-8 flex flex-wrap justify-center gap-3">
        <Link to={`/orders/${order.id}`} className={pressable()}>
          {t.success.toOrder}
        </Link>
        <Link to="/products" className={pressable('plain')}>
          {t.success.keepShopping}
        </Link>
        {receiptUrl && (
          <a href={receiptUrl} target="_blank" rel="noreferrer" className={pressable('quiet')}>
            {t.success.receipt}
          </a>
        )}
      </div>
    </div>
  )
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="flex justify-between gap-6 border-b border-line py-3">
    <dt className="shrink-0 text-quiet">{name}</dt>
    <dd className="text-right">{children}</dd>
  </div>
)
