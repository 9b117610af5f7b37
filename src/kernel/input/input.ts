import type { z } from 'zod'
import { INVALID_INPUT } from '../faults.ts'
import type { Fault, FieldProblem } from '../fault.ts'
import { sentenceOf } from './input-sentences.ts'
import { unstorableAt } from '../text/storable-text.ts'

type Issue = z.core.$ZodIssue

const codeOf = (issue: Issue): string => {
  // A refinement's message is its stable code, such as `repeated_sku`.
  if (issue.code === 'custom') return issue.message
  return issue.input === undefined ? 'required' : issue.code
}

const problemOf = (issue: Issue): FieldProblem => {
  // A member whose name is wrong: what is wrong is what its name's own schema says.
  const cause = (issue.code === 'invalid_key' && issue.issues[0]) || issue
  return { field: issue.path.join('.'), code: codeOf(cause), message: sentenceOf(cause) }
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
