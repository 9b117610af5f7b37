import type { ReactNode } from 'react'

const tones = {
  bad: 'bg-juhong-soft text-juhong border-juhong/30',
  good: 'bg-sol-soft text-sol border-sol/30',
  plain: 'bg-jjok-soft text-jjok-deep border-jjok/25',
} as const

/** A sentence that wants to be seen: an error, a success, a hint. */
export const Notice = ({
  tone = 'plain',
  children,
  ...rest
}: {
  tone?: keyof typeof tones
  children: ReactNode
  role?: 'alert' | 'status'
  tabIndex?: number
  id?: string
}) => (
  <div {...rest} className={`rounded border px-4 py-3 text-base ${tones[tone]}`}>
    {children}
  </div>
)

/** What stands where nothing is yet, and what to do about it. */
export const Empty = ({ title, hint, children }: { title: string; hint: string; children?: ReactNode }) => (
  <div className="flex flex-col items-center gap-2 rounded-lg bg-paper px-6 py-16 text-center">
    <p className="text-lg font-semibold">{title}</p>
    <p className="max-w-prose text-quiet">{hint}</p>
    {children && <div className="mt-5">{children}</div>}
  </div>
)
