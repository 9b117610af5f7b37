import { Link, useLoaderData } from 'react-router'
import { dateText, momentText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { PageTitle } from '../../shared/ui/heading.tsx'
import { Empty } from '../../shared/ui/notice.tsx'
import { titled } from '../layout/meta.ts'
import { MoreLink } from '../../shared/ui/more-link.tsx'
import { MyPages } from '../account/my-pages.tsx'
import { Picture } from '../kit/picture.tsx'
import { Price } from '../kit/price.tsx'
import { StatusTag } from './status-tag.tsx'
import { load, membersOnly } from '../../shared/server/page.server.ts'

export const loader = load(async (visit) => {
  membersOnly(visit)
  const cursor = visit.url.searchParams.get('cursor')
  return await visit.shop.order.list({ limit: 10, ...(cursor && { cursor }) })
})

export const meta = titled((t) => t.orders.title)

export default function Orders() {
  const { items, nextCursor } = useLoaderData<typeof loader>()
  const { t } = useText()
  return (
    <MyPages>
      <PageTitle>{t.orders.title}</PageTitle>
      {items.length === 0 ? (
        <Empty title={t.orders.empty} hint={t.orders.emptyHint}>
          <Link to="/products" className={pressable()}>
            {t.cart.browse}
          </Link>
        </Empty>
      ) : (
        <ul className="border-t border-ink">
          {items.map((order) => (
            <li key={order.id} className="flex items-center gap-4 border-b border-line py-5">
              <div className="w-20 shrink-0 overflow-hidden rounded">
                <Picture url={order.lines[0]?.imageUrl} />
              </div>
              <div className="min-w-0 grow">
                <p className="num flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-quiet">
                  <StatusTag status={order.status} />
                  {dateText(order.placedAt)}
                </p>
                {order.status === 'AWAITING_DEPOSIT' && (
                  <p className="num mt-1 text-sm font-semibold text-juhong">
                    {t.deposit.dueShort(momentText(order.payBefore))}
                  </p>
                )}
                <p className="mt-1.5 truncate font-semibold">{order.orderName}</p>
                <p className="font-bold">
                  <Price amount={order.amount} />
                </p>
              </div>
              <div className="flex shrink-0 flex-col gap-2">
                {order.status === 'PENDING_PAYMENT' && (
                  <Link to={`/checkout/pay/${order.id}`} className={pressable('primary', 'small')}>
                    {t.orders.payNow}
                  </Link>
                )}
                <Link
                  to={`/orders/${order.id}`}
                  aria-label={t.orders.detailOf(order.number)}
                  className={pressable('plain', 'small')}
                >
                  {t.orders.detail}
                </Link>
              </div>
            </li>
          ))}
        </ul>
      )}
      <MoreLink cursor={nextCursor}>{t.orders.more}</MoreLink>
    </MyPages>
  )
}
