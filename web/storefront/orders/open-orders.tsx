import { Link } from 'react-router'
import type { OpenOrders } from '#services/member/contract.ts'
import { useText } from '../../shared/i18n/index.ts'
import type { Refusal } from '../../shared/server/page.server.ts'

/** What a refused withdrawal names; none for any other refusal. */
const openIn = (refusal: Refusal | undefined): OpenOrders =>
  refusal?.problem.code === 'ORDERS_OPEN' ? ((refusal.problem.data as { open?: OpenOrders })?.open ?? []) : []

/** The orders that keep a member from leaving, by reason, each to be looked at. */
export const OpenOrderList = ({ refusal }: { refusal: Refusal | undefined }) => {
  const { t } = useText()
  const open = openIn(refusal)
  return open.length === 0 ? null : (
    <ul className="flex flex-col gap-3 text-sm">
      {open.map(({ reason, count, orders }) => (
        <li key={reason}>
          <p className="font-semibold">{t.me.openOrders[reason](count)}</p>
          <ul>
            {orders.map(({ id, number }) => (
              <li key={id}>
                <Link to={`/orders/${id}`} className="num inline-block py-1.5 underline underline-offset-4">
                  {t.orders.detailOf(number)}
                </Link>
              </li>
            ))}
            {count > orders.length && (
              <li>
                <Link to="/orders" className="inline-block py-1.5 underline underline-offset-4">
                  {t.me.moreOpen(count - orders.length)}
                </Link>
              </li>
            )}
          </ul>
        </li>
      ))}
    </ul>
  )
}
