import { useId, type ComponentProps, type ReactNode } from 'react'

const box =
  'w-full rounded border bg-white px-3.5 text-base placeholder:text-quiet border-edge aria-invalid:border-juhong aria-invalid:bg-juhong-soft disabled:bg-mist'

interface Labelled {
  readonly label: ReactNode
  readonly hint?: ReactNode | undefined
  readonly error?: string | undefined
}

/** What ties a field to its label, hint and error. */
interface Tied {
  readonly id: string
  readonly 'aria-invalid': true | undefined
  readonly 'aria-describedby': string | undefined
}

/** A field's label, hint and error around it, all tied together for those who listen. */
const Labels = ({
  label,
  hint,
  error,
  className,
  children,
}: Labelled & { readonly className: string; readonly children: (tied: Tied) => ReactNode }) => {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined })}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-quiet">
          {hint}
        </p>
      )}
      <FieldError id={`${id}-error`} error={error} />
    </div>
  )
}

/** A text field of one line. */
export const Field = ({ label, hint, error, className = '', ...input }: Labelled & ComponentProps<'input'>) => (
  <Labels label={label} hint={hint} error={error} className={className}>
    {(tied) => <input {...tied} className={`${box} h-12`} {...input} />}
  </Labels>
)

/** A text field of several lines. */
export const TextArea = ({ label, hint, error, className = '', ...area }: Labelled & ComponentProps<'textarea'>) => (
  <Labels label={label} hint={hint} error={error} className={className}>
    {(tied) => <textarea {...tied} className={`${box} block py-3`} {...area} />}
  </Labels>
)

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
