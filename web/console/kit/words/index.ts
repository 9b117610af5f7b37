import { use } from 'react'
import type { Locale } from '#kernel/fault.ts'
import { LocaleContext } from '../../../shared/i18n/index.ts'
import { en } from './en.ts'
import { ko, type ConsoleWords } from './ko.ts'

export type { ConsoleWords } from './ko.ts'

/** The console's sentences. They stand apart from the shop's, whose visitors need not load them. */
export const consoleWords: Readonly<Record<Locale, ConsoleWords>> = { ko, en }

/** Sentences in the language of the page; each part of the console keeps its own. */
export const useWords = <T>(words: Readonly<Record<Locale, T>>): T => words[use(LocaleContext)]
