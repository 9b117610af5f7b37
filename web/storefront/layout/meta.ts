import { messagesIn } from '../../shared/i18n/index.ts'
import type { Messages } from '../../shared/i18n/ko.ts'

interface MetaMatch {
  readonly id: string
  readonly loaderData?: unknown
}

/** The sentences of the page's language, where only the router's matches are at hand. */
export const textOf = (matches: readonly (MetaMatch | undefined)[]): Messages => {
  const frame = matches.find((match) => match?.id === 'root')?.loaderData as { locale?: 'ko' | 'en' } | undefined
  return messagesIn(frame?.locale ?? 'ko')
}

/** A page's `meta`: its title, followed by the shop's name. */
export const titled =
  (pick: (t: Messages) => string) =>
  ({ matches }: { matches: readonly (MetaMatch | undefined)[] }) => {
    const t = textOf(matches)
    return [{ title: `${pick(t)} | ${t.shop.name}` }]
  }
