import { useLoaderData } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { titled } from '../layout/meta.ts'
import { payReason, stoppedByBuyer } from './pay-reason.ts'
import { PaymentRefused } from './payment-refused.tsx'
import { load, membersOnly } from '../../shared/server/page.server.ts'

/** The provider sent the buyer back without a payment. A buyer who closed the window may come without an order id of the provider. */
export const loader = load(async (visit) => {
  membersOnly(visit)
  const { shop, url } = visit
  const id = url.searchParams.get('orderId') ?? url.searchParams.get('order')
  const order = id ? await shop.order.get({ id }).catch(() => undefined) : undefined
  return {
    code: url.searchParams.get('code'),
    orderId: order?.id ?? null,
    payable: order?.status === 'PENDING_PAYMENT',
  }
})

export const meta = titled((t) => t.fail.title)

export default function PayFail() {
  const { code, orderId, payable } = useLoaderData<typeof loader>()
  const { t } = useText()
  return (
    <div className="wrap flex max-w-xl! flex-col items-center py-16 text-center md:py-24">
      <PaymentRefused
        orderId={orderId}
        {...(stoppedByBuyer(code) && { title: t.fail.canceledTitle })}
        reason={payReason(code, t)}
        payable={payable}
      />
    </div>
  )
}
