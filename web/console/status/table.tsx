import type { ReactNode } from 'react'

/** A table that may be wider than a phone: it is moved aside by itself, also by keys. */
export const Table = ({ label, heads, children }: { label: string; heads: readonly string[]; children: ReactNode }) => (
  // What can be moved aside must be reached by keys too.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <div role="region" aria-label={label} tabIndex={0} className="overflow-x-auto rounded border border-line">
    <table className="num w-full text-left text-sm">
      <caption className="sr-only">{label}</caption>
      <thead className="bg-paper">
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col" className="px-3 py-2 font-semibold whitespace-nowrap">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="[&_td]:px-3 [&_td]:py-2 [&_td]:whitespace-nowrap [&_th]:px-3 [&_th]:py-2 [&_th]:font-medium [&_th]:whitespace-nowrap [&_tr]:border-t [&_tr]:border-line">
        {children}
      </tbody>
    </table>
  </div>
)

/** A figure with its name; `bad` where it wants to be seen. */
export type Fact = readonly [name: string, value: string | number, bad?: boolean]

/** Names with what they are. */
export const Facts = ({ items, className = '' }: { items: readonly Fact[]; className?: string }) => (
  <dl className={`grid gap-x-4 gap-y-1 text-sm ${className}`}>
    {items.map(([name, value, bad = false]) => (
      <div key={name} className="flex items-baseline justify-between gap-3">
        <dt className="text-quiet">{name}</dt>
        <dd className={`num text-right font-medium break-all ${bad ? 'text-juhong' : ''}`}>{value}</dd>
      </div>
    ))}
  </dl>
)
