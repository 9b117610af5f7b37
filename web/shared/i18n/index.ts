import { createContext, use } from 'react'
import type { Locale } from '#kernel/fault.ts'
import { en } from './en.ts'
import { ko, type Messages } from './ko.ts'

export type { Messages } from './ko.ts'

/** The sentences of a language. */
export const messagesIn = (locale: Locale): Messages => (locale === 'en' ? en : ko)

/** The language of the page being rendered. */
export const LocaleContext = createContext<Locale>('ko')

/** The language and its sentences, inside a component. */
export const useText = (): { readonly locale: Locale; readonly t: Messages } => {
  const locale = use(LocaleContext)
  return { locale, t: messagesIn(locale) }
}
