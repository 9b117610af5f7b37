import { useId } from 'react'
import { useText } from '../../shared/i18n/index.ts'
import { FieldError } from '../../shared/ui/field.tsx'

/** Why something is canceled: one of a few reasons. */
export const CancelReason = ({ error }: { error: string | undefined }) => {
  const { t } = useText()
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {t.orders.cancelReason}
      </label>
      <select
        id={id}
        name="reason"
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        className="h-12 w-full rounded border border-edge bg-white px-3"
      >
        {t.orders.cancelReasons.map((reason) => (
          <option key={reason}>{reason}</option>
        ))}
      </select>
      <FieldError id={`${id}-error`} error={error} />
    </div>
  )
}
