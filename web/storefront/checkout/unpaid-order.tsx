import { Link } from 'react-router'
import { timeText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { Price } from '../kit/price.tsx'

interface Props {
  readonly order: {
    readonly id: string
    readonly orderName: string
    readonly amount: number
    readonly payBefore: string
  }
  /** Where another order is placed besides this one; undefined where there is nothing left for one. */
  readonly besides: string | undefined
}

/** Says that there is an unpaid order of the same items, and leads on to its payment. */
export const UnpaidOrder = ({ order, besides }: Props) => {
  const { t } = useText()
  return (
    <section aria-label={t.checkout.unpaid} className="rounded-lg border border-jjok p-5">
      <h2 className="text-lg">{t.checkout.unpaid}</h2>
      <p className="mt-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="min-w-0">{order.orderName}</span>
        <Price amount={order.amount} className="font-bold" />
      </p>
      <p className="mt-2 text-sm text-quiet">{t.checkout.unpaidUntil(timeText(order.payBefore))}</p>
      <p className="text-sm text-quiet">{t.checkout.unpaidGuide}</p>
      <div className="mt-4 flex flex-wrap items-center gap-x-5 gap-y-2">
        <Link to={`/checkout/pay/${order.id}`} className={pressable()}>
          {t.checkout.goOnPaying}
        </Link>
        {besides && (
          <Link to={besides} className="py-2 text-sm text-quiet underline underline-offset-4">
            {t.checkout.anew}
          </Link>
        )}
      </div>
    </section>
  )
}
