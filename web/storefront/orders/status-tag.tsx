import type { OrderStatus } from '#services/order/contract.ts'
import { useText } from '../../shared/i18n/index.ts'

const looks: Record<OrderStatus, string> = {
  PENDING_PAYMENT: 'bg-juhong-soft text-juhong',
  PAYING: 'bg-jjok-soft text-jjok-deep',
  AWAITING_DEPOSIT: 'bg-juhong-soft text-juhong',
  PAID: 'bg-sol-soft text-sol',
  CANCEL_REQUESTED: 'bg-mist text-ink',
  CANCELED: 'bg-mist text-quiet',
  EXPIRED: 'bg-mist text-quiet',
}

/** An order's state as a word on a tag. */
export const StatusTag = ({ status }: { status: OrderStatus }) => {
  const { t } = useText()
  return (
    <span className={`rounded-sm px-2 py-0.5 text-sm font-bold whitespace-nowrap ${looks[status]}`}>
      {t.orders.status[status]}
    </span>
  )
}
