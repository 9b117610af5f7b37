import { useEffect } from 'react'
import { Link, useActionData, useLoaderData, useRevalidator } from 'react-router'
import { momentText, optionsText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { Notice } from '../../shared/ui/notice.tsx'
import { AddressLines } from '../account/address-fields.tsx'
import { CancelForm } from './cancel-form.tsx'
import { chosenUnits, unitsLeft } from './chosen-units.ts'
import { Countdown, useSecondsLeft } from '../kit/countdown.tsx'
import { DepositBox } from './deposit-box.tsx'
import { titled } from '../layout/meta.ts'
import { MyPages } from '../account/my-pages.tsx'
import { OrderLine } from './order-line.tsx'
import { PartCancelForm } from './part-cancel-form.tsx'
import { PaymentList } from './payment-list.tsx'
import { RefundAccountForm } from './refund-account.tsx'
import { StatusTag } from './status-tag.tsx'
import { Sum, SumRow } from '../kit/sum.tsx'
import { act, load, membersOnly, optional, text } from '../../shared/server/page.server.ts'

export const loader = load(async (visit) => {
  membersOnly(visit)
  const { shop, params, page, url } = visit
  const id = params['id']!
  const [order, payments] = await Promise.all([
    shop.order.get({ id }),
    shop.payment.ofOrder({ orderId: id }).catch(() => ({ items: [] })),
  ])
  const asked = [...url.searchParams.keys()].some((name) => name.startsWith('cancel.'))
  const part = { asked, chosen: chosenUnits(order.lines, url.searchParams), key: page.id() }
  return { order, payments: payments.items, now: page.now(), part }
})

export const action = act(async (visit) => {
  membersOnly(visit)
  const { shop, params, form } = visit
  const id = params['id']!
  const asked = form.has('refundAccount.bank')
  const refundAccount = asked && {
    refundAccount: {
      bank: text(form, 'refundAccount.bank'),
      accountNumber: text(form, 'refundAccount.accountNumber'),
      holderName: text(form, 'refundAccount.holderName'),
    },
  }
  if (optional(form, 'intent') === 'refund-account') {
    await shop.order.cancel({ id, reason: '환불 계좌 입력', ...refundAccount })
    return { given: true }
  }
  const reason = text(form, 'reason')
  if (optional(form, 'intent') === 'cancel-lines') {
    const lines = [...form].flatMap(([name, units]) => {
      const number = /^cancel\.(\d+)$/.exec(name)?.[1]
      return number === undefined ? [] : [{ number: Number(number), quantity: Number(units) }]
    })
    const order = await shop.order.cancel({ id, reason, lines, idempotencyKey: text(form, 'key'), ...refundAccount })
    return { part: order.lines.some((each) => each.canceling > 0) ? ('requested' as const) : ('done' as const) }
  }
  const order = await shop.order.cancel({ id, reason, ...refundAccount })
  return { canceled: order.status }
})

export const meta = titled((t) => t.orders.detailTitle)

const ASK_AGAIN = 3_000
/** A deposit may take hours. */
const ASK_FOR_DEPOSIT = 10_000

export default function OrderPage() {
  const { order, payments, now, part } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const { t } = useText()
  const left = useSecondsLeft(order.payBefore, now)
  const pending = order.status === 'PENDING_PAYMENT'
  const awaiting = order.status === 'AWAITING_DEPOSIT'
  const moving = order.status === 'PAYING' || order.status === 'CANCEL_REQUESTED'
  useFollow(moving || (pending && left === 0) ? ASK_AGAIN : awaiting ? ASK_FOR_DEPOSIT : undefined)
  const needsAccount = payments.some((each) => each.refundAccount === 'NEEDED')
  const partDone = !!answer && 'part' in answer
  const isDivisible = order.status === 'PAID' && order.lines.reduce((sum, each) => sum + unitsLeft(each), 0) > 1
  const owed = payments.find((each) => each.refundAccount === 'AWAITED')

  const moments = [
    [t.orders.placedAt, order.placedAt],
    [t.orders.paidAt, order.paidAt],
    [t.orders.canceledAt, order.canceledAt],
  ] as const
  return (
    <MyPages>
      <PageTitle aside={<StatusTag status={order.status} />}>{t.orders.detailTitle}</PageTitle>
      <div aria-live="polite" className="mb-6">
        {answer && 'canceled' in answer ? (
          <Notice tone="good">{order.status === 'CANCELED' ? t.orders.canceled : t.orders.cancelRequested}</Notice>
        ) : answer && 'part' in answer ? (
          <Notice tone="good">{answer.part === 'done' ? t.orders.partDone : t.orders.cancelRequested}</Notice>
        ) : answer && 'given' in answer ? (
          <Notice tone="good">{t.refundAccount.given}</Notice>
        ) : (
          <Notice>{t.orders.explain[order.status]}</Notice>
        )}
      </div>
      {owed && <RefundAccountForm amount={owed.amount - owed.refunded} answer={answer} />}
      {awaiting && (
        <div className="mb-8">
          <DepositBox
            account={payments.find((each) => each.virtualAccount)?.virtualAccount ?? null}
            amount={order.amount}
            dueAt={order.payBefore}
          />
        </div>
      )}
      {pending && left !== 0 && (
        <div className="mb-8 flex flex-wrap items-center justify-between gap-4 rounded-lg border border-jjok p-5">
          <Countdown until={order.payBefore} left={left} />
          <Link to={`/checkout/pay/${order.id}`} className={pressable()}>
            {t.orders.payNow}
          </Link>
        </div>
      )}
      <div className="grid gap-10 xl:grid-cols-[1fr_19rem]">
        <div className="flex flex-col gap-10">
          <section aria-label={t.orders.lines}>
            <h2 className="border-b border-ink pb-3 text-lg">{t.orders.lines}</h2>
            <ul>
              {order.lines.map((line) => (
                <OrderLine key={line.number} {...line} options={optionsText(line.options)} />
              ))}
            </ul>
          </section>
          <section aria-label={t.orders.address}>
            <h2 className="border-b border-ink pb-3 text-lg">{t.orders.address}</h2>
            <div className="pt-4">
              <AddressLines address={order.shippingAddress} />
            </div>
          </section>
        </div>
        <div className="flex flex-col gap-6">
          <dl className="flex flex-col gap-2 text-sm">
            <div className="flex justify-between gap-4">
              <dt className="text-quiet">{t.orders.number}</dt>
              <dd className="num font-semibold">{order.number}</dd>
            </div>
            {moments.map(
              ([name, at]) =>
                at && (
                  <div key={name} className="flex justify-between gap-4">
                    <dt className="text-quiet">{name}</dt>
                    <dd className="num">{momentText(at)}</dd>
                  </div>
                ),
            )}
            {order.cancelReason && (
              <div className="flex justify-between gap-4">
                <dt className="shrink-0 text-quiet">{t.orders.reasonGiven}</dt>
                <dd className="text-right">{order.cancelReason}</dd>
              </div>
            )}
          </dl>
          <Sum>
            <SumRow name={t.cart.delivery} text={t.cart.free} />
            <SumRow name={t.orders.amount} amount={order.amount} total />
            <PaymentList payments={payments} />
          </Sum>
          {isDivisible && (
            <PartCancelForm
              key={partDone ? 'done' : 'open'}
              orderId={order.id}
              lines={order.lines}
              chosen={partDone ? [] : part.chosen}
              asked={!partDone && part.asked}
              idempotencyKey={part.key}
              needsAccount={needsAccount}
              answer={part.chosen.length > 0 ? answer : undefined}
            />
          )}
          {(pending || awaiting || order.status === 'PAID') && (
            <CancelForm
              paid={order.status === 'PAID'}
              needsAccount={needsAccount}
              answer={part.chosen.length > 0 ? undefined : answer}
            />
          )}
        </div>
      </div>
    </MyPages>
  )
}

/** Looks again every so many milliseconds while somebody else has the next word; not at all without a number. */
const useFollow = (every: number | undefined): void => {
  const { revalidate } = useRevalidator()
  useEffect(() => {
    if (every === undefined) return
    const timer = setInterval(() => document.hidden || void revalidate(), every)
    return () => clearInterval(timer)
  }, [every, revalidate])
}
