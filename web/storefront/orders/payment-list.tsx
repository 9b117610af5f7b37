import { momentText, priceText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'

interface Payment {
  readonly id: string
  readonly status: 'CONFIRMING' | 'AWAITING_DEPOSIT' | 'CAPTURED' | 'FAILED' | 'PARTIALLY_REFUNDED' | 'REFUNDED'
  readonly method: string | null
  readonly refunded: number
  readonly capturedAt: string | null
  readonly receiptUrl: string | null
}

/** What was tried and what came of it. */
export const PaymentList = ({ payments }: { payments: readonly Payment[] }) => {
  const { t, locale } = useText()
  if (payments.length === 0) return null
  return (
    <ul aria-label={t.orders.payments} className="flex flex-col gap-2 border-t border-line pt-3 text-sm">
      {payments.map((payment) => (
        <li key={payment.id}>
          <span className="flex justify-between gap-4">
            <span>{payment.method ?? t.orders.payments}</span>
            <span className="font-semibold">{t.orders.paymentStatus[payment.status]}</span>
          </span>
          <span className="flex justify-between gap-4 text-quiet">
            <span className="num">{payment.capturedAt && momentText(payment.capturedAt)}</span>
            {payment.refunded > 0 && (
              <span className="num">{t.orders.refunded(priceText(payment.refunded, locale))}</span>
            )}
            {payment.receiptUrl && (
              <a href={payment.receiptUrl} target="_blank" rel="noreferrer" className="underline underline-offset-2">
                {t.success.receipt}
              </a>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}
