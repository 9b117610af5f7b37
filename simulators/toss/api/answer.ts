import { tossError, type TossError } from './errors.ts'

/** What a call is answered with: the exact bytes of the body, so that a repeated key gets the very same. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** The language of messages, from `Accept-Language`; Korean unless English comes first. */
export type Language = 'ko' | 'en'

export const languageOf = (header: string | undefined): Language => (/^\s*en\b/i.test(header ?? '') ? 'en' : 'ko')

/** A refusal in the caller's language. */
export const refusal = (error: TossError, language: Language): Answer => ({
  status: error.status,
  body: JSON.stringify({ code: error.code, message: error[language] }),
})

/** A refusal by code. */
export const refuse = (code: string, language: Language): Answer => refusal(tossError(code), language)
