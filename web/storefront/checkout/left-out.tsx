import { optionsText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import type { LeftOut } from './checkout.server.ts'

interface Props {
  readonly items: readonly LeftOut[]
  /** Units left by SKU, where that is known. */
  readonly left: ReadonlyMap<string, number>
}

/** What was chosen and cannot be ordered, by name, each with why. */
export const LeftOutLines = ({ items, left }: Props) => {
  const { t } = useText()
  if (items.length === 0) return null
  const why = ({ skuId, why: reason }: LeftOut): string => {
    const units = left.get(skuId)
    if (units !== undefined) return t.checkout.onlyLeft(units)
    return { short: t.checkout.soldOut, stopped: t.checkout.stopped, dropped: t.checkout.dropped }[reason]
  }
  return (
    <section aria-label={t.checkout.leftOut} className="mt-6 rounded-lg bg-paper p-5">
      <h3 className="text-base">{t.checkout.leftOut}</h3>
      <ul className="mt-2 flex flex-col gap-2">
        {items.map((each) => (
          <li key={each.skuId}>
            <span className="line-through decoration-edge">
              {[each.productName, optionsText(each.options)].filter(Boolean).join(', ')}
            </span>
            <span className="ml-2 text-sm font-medium text-juhong">{why(each)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
