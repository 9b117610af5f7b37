import type { ReactNode } from 'react'
import { Price } from './price.tsx'

/** A slip of paper with amounts that add up. */
export const Sum = ({ children }: { children: ReactNode }) => (
  <div className="flex flex-col gap-3 rounded-lg bg-paper p-6">{children}</div>
)

/** A line on it: an amount or a word; the total stands apart. */
export const SumRow = ({
  name,
  amount,
  text,
  total = false,
}: {
  name: string
  amount?: number
  text?: string
  total?: boolean
}) => (
  <p
    className={`flex items-baseline justify-between gap-4 ${total ? 'border-t border-ink pt-4 text-lg font-bold' : ''}`}
    {...(total && { 'aria-live': 'polite' })}
  >
    <span className={total ? '' : 'text-quiet'}>{name}</span>
    {amount === undefined ? <span>{text}</span> : <Price amount={amount} className={total ? 'text-xl' : ''} />}
  </p>
)
