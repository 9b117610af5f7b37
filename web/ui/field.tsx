import { useId, type ComponentProps, type ReactNode } from 'react'

const box =
  'w-full rounded border bg-white px-3.5 h-12 text-base placeholder:text-quiet border-edge aria-invalid:border-juhong aria-invalid:bg-juhong-soft disabled:bg-mist'

interface FieldProps extends ComponentProps<'input'> {
  readonly label: ReactNode
  readonly hint?: ReactNode | undefined
  readonly error?: string | undefined
}

/** A text field with its label, hint and error, all tied together for those who listen. */
export const Field = ({ label, hint, error, className = '', ...input }: FieldProps) => {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      <input
        id={id}
        className={box}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        {...input}
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-quiet">
          {hint}
        </p>
      )}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  )
}

/** What is wrong with a field, in words and not by colour alone. */
export const FieldError = ({ id, error }: { id: string; error: string | undefined }) =>
  error ? (
    <p id={id} className="mt-1.5 text-sm font-medium text-juhong">
      {error}
    </p>
  ) : null

interface TickProps extends ComponentProps<'input'> {
  readonly children: ReactNode
  readonly error?: string | undefined
}

/** A box to tick, with a target big enough for a thumb. */
export const Tick = ({ children, error, className = '', ...input }: TickProps) => {
  const id = useId()
  return (
    <div className={className}>
      <label className="flex min-h-11 items-center gap-3">
        <input
          type="checkbox"
          className="size-5 shrink-0 accent-jjok"
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? id : undefined}
          {...input}
        />
        <span>{children}</span>
      </label>
      <FieldError id={id} error={error} />
    </div>
  )
}
