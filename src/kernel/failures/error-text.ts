import { z } from 'zod'

/** Issues of one schema that are named; a value with more is of another kind altogether. */
const MOST = 10

const issueText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message

/**
 * What went wrong as text for an operator, one line where the error's own message is one. A schema's error says which
 * members do not fit instead of printing its issues as JSON, and an AggregateError, which has no message, says those of
 * its errors.
 */
export const errorText = (error: unknown): string => {
  if (error instanceof z.core.$ZodError) {
    const named = error.issues.slice(0, MOST).map(issueText)
    const more = error.issues.length - named.length
    return `Does not fit its schema: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
  }
  if (error instanceof AggregateError && error.errors.length > 0)
    return [...new Set(error.errors.map(errorText))].join('; ')
  return String(error)
}
