import type { Locale } from '#kernel/fault.ts'
import { consoleWords } from './words/index.ts'

/** The router's matches as `meta` is given them. */
export type Matches = readonly ({ readonly id: string; readonly loaderData?: unknown } | undefined)[]

/** The language of the page, where only the router's matches are at hand. */
export const localeOf = (matches: Matches): Locale =>
  (matches.find((match) => match?.id === 'root')?.loaderData as { locale?: Locale } | undefined)?.locale ?? 'ko'

/** A console page's `meta`: its title, followed by the console's name. */
export const titled =
  (pick: (locale: Locale) => string) =>
  ({ matches }: { matches: Matches }) => {
    const locale = localeOf(matches)
    return [{ title: `${pick(locale)} | ${consoleWords[locale].name}` }]
  }
