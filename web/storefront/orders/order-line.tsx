import { Link } from 'react-router'
import { priceText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Picture } from '../kit/picture.tsx'
import { Price } from '../kit/price.tsx'

interface Props {
  readonly productName: string
  readonly productId?: string
  readonly imageUrl: string | null
  readonly options: string
  readonly quantity: number
  readonly amount: number
  /** Units that are canceled, or being canceled. */
  readonly canceled?: number
  readonly canceling?: number
  /** Why it cannot be had as asked. */
  readonly problem?: string
  /** What it cost when its reader last saw it, where that is another amount. */
  readonly before?: number
}

/** One line of an order: what, which, how many, how much. */
export const OrderLine = ({
  productName,
  productId,
  imageUrl,
  options,
  quantity,
  amount,
  canceled = 0,
  canceling = 0,
  problem,
  before,
}: Props) => {
  const { t, locale } = useText()
  return (
    <li className="flex items-center gap-4 border-b border-line py-4">
      <div className="w-16 shrink-0 overflow-hidden rounded">
        <Picture url={imageUrl} />
      </div>
      <div className="min-w-0 grow">
        {productId ? (
          <Link to={`/products/${productId}`} className="hover:underline">
            {productName}
          </Link>
        ) : (
          <p>{productName}</p>
        )}
        <p className="text-sm text-quiet">
          {options && <span className="mr-2">{options}</span>}
          <span className="num">{t.orders.quantity(quantity)}</span>
        </p>
        {(canceled > 0 || canceling > 0) && (
          <p className="num flex flex-wrap gap-x-2 text-sm font-medium text-juhong">
            {canceled > 0 && <span>{t.orders.unitsCanceled(canceled)}</span>}
            {canceling > 0 && <span>{t.orders.unitsCanceling(canceling)}</span>}
          </p>
        )}
        {problem && <p className="text-sm font-medium text-juhong">{problem}</p>}
      </div>
      <p className="text-right font-bold">
        {before !== undefined && (
          <span className="num block text-sm font-normal text-quiet">{t.checkout.was(priceText(before, locale))}</span>
        )}
        <Price amount={amount} />
      </p>
    </li>
  )
}
