import { shareOf } from '#kernel/shares.ts'

/** A line of an order as far as canceling units of it goes. `refundable` in won. */
interface Cancelable {
  readonly number: number
  readonly quantity: number
  readonly canceling: number
  readonly canceled: number
  readonly refundable: number
}

/** Units of a line that are to be canceled, and what is refunded for them, in won. */
export interface ChosenUnits {
  readonly number: number
  readonly quantity: number
  readonly refund: number
}

/** The name of the field in which units of a line are chosen. */
export const fieldOf = (number: number): string => `cancel.${number}`

/** Units of a line that can be canceled. */
export const unitsLeft = ({ quantity, canceling, canceled }: Omit<Cancelable, 'number' | 'refundable'>): number =>
  quantity - canceling - canceled

/** What was chosen by the fields of a form: of each line at most as many units as are left, of what is unreadable none. */
export const chosenUnits = (
  lines: readonly Cancelable[],
  fields: { readonly get: (name: string) => unknown },
): ChosenUnits[] =>
  lines.flatMap((line) => {
    const typed = String(fields.get(fieldOf(line.number)) ?? '').trim()
    const left = unitsLeft(line)
    const quantity = /^\d{1,6}$/.test(typed) ? Math.min(Number(typed), left) : 0
    return quantity === 0 ? [] : [{ number: line.number, quantity, refund: shareOf(line.refundable, left, quantity) }]
  })
