import type { ComponentProps, FocusEvent } from 'react'
import { phoneDigitsOf, phoneText } from '#kernel/text/phone.ts'
import { Field } from '../../shared/ui/field.tsx'

/** Writes a number that is right the way it is read; what is not is left as it was typed, for the shop to say why. */
const tidy = ({ currentTarget }: FocusEvent<HTMLInputElement>): void => {
  const digits = phoneDigitsOf(currentTarget.value)
  if (digits !== undefined) currentTarget.value = phoneText(digits)
}

type Props = Omit<ComponentProps<typeof Field>, 'defaultValue'> & {
  /** What was typed before, and else the stored number. */
  readonly typed: string | undefined
  readonly stored: string | null | undefined
}

/** A field for a phone number, typed as one likes. */
export const PhoneField = ({ typed, stored, ...field }: Props) => (
  <Field
    type="tel"
    inputMode="tel"
    autoComplete="tel"
    maxLength={40}
    defaultValue={typed ?? (stored ? phoneText(stored) : '')}
    onBlur={tidy}
    {...field}
  />
)
