import { useText } from '../../shared/i18n/index.ts'
import { Icon } from '../../shared/ui/icons.tsx'

interface Props {
  readonly value: number
  readonly label: string
  readonly onChange: (value: number) => void
  readonly name?: string
  readonly compact?: boolean
}

/** A quantity from 1 to 999: typed, or stepped with two buttons. */
export const Stepper = ({ value, label, onChange, name = 'quantity', compact = false }: Props) => {
  const { t } = useText()
  const side = `flex shrink-0 items-center justify-center hover:bg-mist disabled:text-line ${compact ? 'size-10' : 'size-11'}`
  return (
    <div className="inline-flex items-center rounded border border-edge bg-white">
      <button
        type="button"
        aria-label={t.product.fewer}
        disabled={value <= 1}
        onClick={() => onChange(value - 1)}
        className={side}
      >
        <Icon name="minus" className="size-4" />
      </button>
      <input
        name={name}
        aria-label={label}
        inputMode="numeric"
        pattern="[0-9]*"
        maxLength={3}
        value={value}
        onChange={(event) => onChange(Math.max(1, Number(event.target.value.replace(/\D/g, '')) || 1))}
        onFocus={(event) => event.target.select()}
        className={`num w-11 bg-transparent text-center font-semibold ${compact ? 'h-10' : 'h-11'}`}
      />
      <button
        type="button"
        aria-label={t.product.more}
        disabled={value >= 999}
        onClick={() => onChange(value + 1)}
        className={side}
      >
        <Icon name="plus" className="size-4" />
      </button>
    </div>
  )
}
