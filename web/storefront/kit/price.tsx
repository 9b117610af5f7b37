import { priceText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'

/** An amount of won with even digits, so that prices in a row line up. */
export const Price = ({ amount, className = '' }: { amount: number; className?: string }) => {
  const { locale } = useText()
  return <span className={`num whitespace-nowrap ${className}`}>{priceText(amount, locale)}</span>
}
