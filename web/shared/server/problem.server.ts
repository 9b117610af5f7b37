import type { Fault, Locale } from '#kernel/fault.ts'

/** A fault of the shop as a page shows it. */
export interface Problem {
  readonly code: string
  readonly status: number
  /** A sentence the viewer can act on, in the viewer's language. */
  readonly message: string
  /** Field of the form → what is wrong with it. */
  readonly fields: Readonly<Record<string, string>>
  readonly retryAfter?: number
  readonly data?: unknown
}

/** By shape, because the pages are bundled apart from the host and hold no copy of the host's classes. */
const isFault = (error: unknown): error is Fault =>
  error instanceof Error && error.name === 'Fault' && 'code' in error && 'messages' in error && 'status' in error

/** The fault as a problem in this language; undefined for anything that is no fault of the shop. */
export const problemOf = (error: unknown, locale: Locale): Problem | undefined => {
  if (!isFault(error)) return undefined
  const message = error.messages[locale]
  const fields: Record<string, string> = {}
  for (const each of error.fields ?? []) fields[each.field] ??= each.message[locale]
  // What is said of the field itself says more than what is said of the whole.
  if (error.field) fields[error.field] ??= message
  return {
    code: error.code,
    status: error.status,
    message,
    fields,
    ...(error.retryAfter !== undefined && { retryAfter: error.retryAfter }),
    ...(error.data !== undefined && { data: error.data }),
  }
}

/** A problem the pages themselves find in a form. */
export const formProblem = (message: string, fields: Record<string, string>): Problem => ({
  code: 'INVALID_INPUT',
  status: 400,
  message,
  fields,
})
