import type { z } from 'zod'
import { INVALID_INPUT } from './faults.ts'
import type { Fault, FieldProblem } from './fault.ts'

type Issue = z.core.$ZodIssue

const sentence = (issue: Issue): { ko: string; en: string } => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { ko: '꼭 입력해 주세요.', en: 'This is required.' }
        : { ko: `${issue.expected} 형식이어야 합니다.`, en: `This must be of type ${issue.expected}.` }
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { ko: `${issue.minimum}개(자) 이상이어야 합니다.`, en: `This needs at least ${issue.minimum}.` }
        : { ko: `${issue.minimum} 이상이어야 합니다.`, en: `This must be ${issue.minimum} or more.` }
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { ko: `${issue.maximum}개(자) 이하여야 합니다.`, en: `This may have at most ${issue.maximum}.` }
        : { ko: `${issue.maximum} 이하여야 합니다.`, en: `This must be ${issue.maximum} or less.` }
    case 'invalid_value':
      return {
        ko: `다음 중 하나여야 합니다: ${issue.values.join(', ')}`,
        en: `This must be one of: ${issue.values.join(', ')}`,
      }
    case 'unrecognized_keys':
      return { ko: `알 수 없는 항목입니다: ${issue.keys.join(', ')}`, en: `Unknown members: ${issue.keys.join(', ')}` }
    default:
      return { ko: '형식이 올바르지 않습니다.', en: 'The format is not valid.' }
  }
}

const codeOf = (issue: Issue): string => {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'required'
  // A refinement's message is its stable code, such as `repeated_sku`.
  if (issue.code === 'custom') return issue.message
  return issue.code
}

const problemOf = (issue: Issue): FieldProblem => ({
  field: issue.path.join('.'),
  code: codeOf(issue),
  message: sentence(issue),
})

const hasLoneSurrogateOrNul = (value: unknown): boolean => {
  if (typeof value === 'string') return value.includes('\u0000') || !value.isWellFormed()
  if (Array.isArray(value)) return value.some(hasLoneSurrogateOrNul)
  if (value && typeof value === 'object')
    return Object.entries(value).some(([key, member]) => hasLoneSurrogateOrNul(key) || hasLoneSurrogateOrNul(member))
  return false
}

/**
 * Parses an input against its schema, or answers the INVALID_INPUT fault that names every field at fault.
 * Text that PostgreSQL cannot store (U+0000, lone surrogates) is refused here, once, for every operation.
 */
export const parseInput = <T>(schema: z.ZodType<T>, input: unknown): { value: T } | { fault: Fault } => {
  const parsed = schema.safeParse(input, { reportInput: true })
  if (!parsed.success) {
    const fields = parsed.error.issues.slice(0, 20).map(problemOf)
    return { fault: INVALID_INPUT(undefined, { ...(fields[0] && { field: fields[0].field }), fields }) }
  }
  if (hasLoneSurrogateOrNul(parsed.data))
    return { fault: INVALID_INPUT(undefined, { field: '', fields: [unstorable] }) }
  return { value: parsed.data }
}

const unstorable: FieldProblem = {
  field: '',
  code: 'unstorable_text',
  message: { ko: '저장할 수 없는 문자가 들어 있습니다.', en: 'The text holds characters that cannot be stored.' },
}
