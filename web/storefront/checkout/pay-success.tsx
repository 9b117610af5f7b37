import { Suspense, use, useEffect } from 'react'
import { data, Link, useLoaderData, useNavigate, useRevalidator } from 'react-router'
import { messagesIn, useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { titled } from '../layout/meta.ts'
import { PaymentRefused } from './payment-refused.tsx'
import { confirmPayment, readReturn, type Outcome } from './confirm.server.ts'
import { load, membersOnly } from '../../shared/server/page.server.ts'

/** The buyer is back from the provider. The page appears at once; the capture follows into it. */
export const loader = load(async (visit) => {
  membersOnly(visit)
  const { url, page } = visit
  const back = readReturn(url.searchParams)
  if (!back) throw data({ message: messagesIn(page.locale).success.invalid }, { status: 400 })
  return { orderId: back.orderId, outcome: confirmPayment(visit, back) }
})

export const meta = titled((t) => t.pay.title)

export default function PaySuccess() {
  const { orderId, outcome } = useLoaderData<typeof loader>()
  return (
    <div className="wrap flex max-w-xl! flex-col items-center py-16 text-center md:py-24" aria-live="polite">
      <Suspense fallback={<Waiting />}>
        <Settled orderId={orderId} outcome={outcome} />
      </Suspense>
    </div>
  )
}

const Waiting = () => {
  const { t } = useText()
  return (
    <>
      <Spinner />
      <h1 className="mt-6 text-2xl">{t.success.confirming}</h1>
      <p className="mt-2 text-quiet">{t.success.confirmingHint}</p>
    </>
  )
}

const Spinner = () => (
  <span aria-hidden="true" className="size-10 animate-spin rounded-full border-[3px] border-line border-t-jjok" />
)

const Settled = ({ orderId, outcome }: { orderId: string; outcome: Promise<Outcome> }) => {
  const settled = use(outcome)
  if (settled.state === 'PAID' || settled.state === 'AWAITING_DEPOSIT')
    return <Onward orderId={orderId} paid={settled.state === 'PAID'} />
  if (settled.state === 'CONFIRMING') return <StillUnknown orderId={orderId} />
  return <PaymentRefused orderId={orderId} reason={settled.problem.message} payable={settled.payable} />
}

/** Leaves the return address behind, so that going back or reloading does not pay again. */
const Onward = ({ orderId, paid }: { orderId: string; paid: boolean }) => {
  const { t } = useText()
  const navigate = useNavigate()
  useEffect(() => void navigate(`/orders/${orderId}/complete`, { replace: true }), [navigate, orderId])
  return (
    <>
      <Spinner />
      <h1 className="mt-6 text-2xl">{paid ? t.success.title : t.deposit.title}</h1>
      <Link to={`/orders/${orderId}/complete`} replace className="mt-4 underline underline-offset-4">
        {t.success.toOrder}
      </Link>
    </>
  )
}

const ASK_AGAIN = 4_000

const StillUnknown = ({ orderId }: { orderId: string }) => {
  const { t } = useText()
  const { revalidate } = useRevalidator()
  useEffect(() => {
    const timer = setTimeout(() => void revalidate(), ASK_AGAIN)
    return () => clearTimeout(timer)
  })
  return (
    <>
      <Spinner />
      <h1 className="mt-6 text-2xl">{t.success.pendingTitle}</h1>
      <p className="mt-2 text-quiet">{t.success.pendingHint}</p>
      <Link to={`/orders/${orderId}`} className={pressable('plain', 'medium', 'mt-8')}>
        {t.success.toOrder}
      </Link>
    </>
  )
}
