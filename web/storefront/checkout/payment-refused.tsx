import { Link } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'

interface Props {
  readonly orderId: string | null
  readonly title?: string
  readonly reason: string
  readonly payable: boolean
}

/** No money moved: why, and the way on. */
export const PaymentRefused = ({ orderId, title, reason, payable }: Props) => {
  const { t } = useText()
  return (
    <>
      <h1 className="text-2xl">{title ?? t.fail.title}</h1>
      <p className="mt-3" role="alert">
        {reason}
      </p>
      <p className="mt-1 text-sm text-quiet">{t.fail.noMoney}</p>
      <div className="mt-8 flex flex-wrap justify-center gap-3">
        {orderId && payable && (
          <Link to={`/checkout/pay/${orderId}`} className={pressable()}>
            {t.fail.again}
          </Link>
        )}
        <Link to={orderId ? `/orders/${orderId}` : '/orders'} className={pressable('plain')}>
          {orderId ? t.fail.toOrder : t.fail.toOrders}
        </Link>
      </div>
    </>
  )
}
