import type { z } from 'zod'
import { INVALID_INPUT } from './faults.ts'
import type { Fault, FieldProblem } from './fault.ts'
import { sentenceOf } from './input-sentences.ts'

type Issue = z.core.$ZodIssue

const codeOf = (issue: Issue): string => {
  // A refinement's message is its stable code, such as `repeated_sku`.
  if (issue.code === 'custom') return issue.message
  return issue.input === undefined ? 'required' : issue.code
}

const problemOf = (issue: Issue): FieldProblem => ({
  field: issue.path.join('.'),
  code: codeOf(issue),
  message: sentenceOf(issue),
})

const isUnstorable = (text: string): boolean => text.includes('\u0000') || !text.isWellFormed()

/** Where a value holds text that PostgreSQL cannot store: U+0000 or half a surrogate pair. Any depth, without recursion. */
const unstorableAt = (input: unknown): string | undefined => {
  const left: { readonly value: unknown; readonly path: string }[] = [{ value: input, path: '' }]
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, path } = next
    if (typeof value === 'string') {
      if (isUnstorable(value)) return path
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        if (isUnstorable(key)) return path
        if (typeof member === 'string' ? isUnstorable(member) : typeof member === 'object')
          left.push({ value: member, path: path ? `${path}.${key}` : key })
      }
    }
  }
  return undefined
}

/** Problems named at most; an input with more is not a typing mistake. */
const MOST = 20

/**
 * Parses an input against its schema, or answers the INVALID_INPUT fault that names every field at fault.
 * Text that PostgreSQL cannot store (U+0000, lone surrogates) is refused here, once, for every operation.
 */
export const parseInput = <T>(schema: z.ZodType<T>, input: unknown): { value: T } | { fault: Fault } => {
  const parsed = schema.safeParse(input, { reportInput: true })
  if (!parsed.success) {
    const fields = parsed.error.issues.slice(0, MOST).map(problemOf)
    return { fault: INVALID_INPUT(undefined, { ...(fields[0] && { field: fields[0].field }), fields }) }
  }
  const field = unstorableAt(parsed.data)
  if (field !== undefined) return { fault: INVALID_INPUT(undefined, { field, fields: [{ field, ...unstorable }] }) }
  return { value: parsed.data }
}

const unstorable = {
  code: 'unstorable_text',
  message: { ko: '저장할 수 없는 문자가 들어 있습니다.', en: 'The text holds characters that cannot be stored.' },
}
