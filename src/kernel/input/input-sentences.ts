import type { z } from 'zod'

type Issue = z.core.$ZodIssue
type Sentence = { readonly ko: string; readonly en: string }

const REQUIRED: Sentence = { ko: '꼭 입력해 주세요.', en: 'This is required.' }
const INVALID: Sentence = { ko: '형식이 올바르지 않습니다.', en: 'The format is not valid.' }

const types: Readonly<Record<string, Sentence>> = {
  string: { ko: '글자로 입력해 주세요.', en: 'This must be text.' },
  number: { ko: '숫자로 입력해 주세요.', en: 'This must be a number.' },
  int: { ko: '정수로 입력해 주세요.', en: 'This must be a whole number.' },
  boolean: { ko: 'true 또는 false여야 합니다.', en: 'This must be true or false.' },
  array: { ko: '목록이어야 합니다.', en: 'This must be a list.' },
  object: { ko: '객체여야 합니다.', en: 'This must be an object.' },
}

const formats: Readonly<Record<string, Sentence>> = {
  email: { ko: '올바른 이메일 주소가 아닙니다.', en: 'This is not a valid e-mail address.' },
  url: { ko: '올바른 주소(URL)가 아닙니다.', en: 'This is not a valid URL.' },
  uuid: { ko: '올바른 식별자(UUID)가 아닙니다.', en: 'This is not a valid UUID.' },
  datetime: { ko: 'ISO 8601 형식의 UTC 시각이어야 합니다.', en: 'This must be an ISO 8601 time in UTC.' },
  date: { ko: 'YYYY-MM-DD 형식의 날짜여야 합니다.', en: 'This must be a date as YYYY-MM-DD.' },
}

const tooSmall = ({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): Sentence => {
  if (origin === 'string')
    return { ko: `${minimum}자 이상이어야 합니다.`, en: `This needs at least ${minimum} characters.` }
  if (origin === 'array' || origin === 'set')
    return { ko: `${minimum}개 이상이어야 합니다.`, en: `This needs at least ${minimum}.` }
  return inclusive === false
    ? { ko: `${minimum}보다 커야 합니다.`, en: `This must be more than ${minimum}.` }
    : { ko: `${minimum} 이상이어야 합니다.`, en: `This must be ${minimum} or more.` }
}

const tooBig = ({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): Sentence => {
  if (origin === 'string')
    return { ko: `${maximum}자 이하여야 합니다.`, en: `This may have at most ${maximum} characters.` }
  if (origin === 'array' || origin === 'set')
    return { ko: `${maximum}개 이하여야 합니다.`, en: `This may have at most ${maximum}.` }
  return inclusive === false
    ? { ko: `${maximum}보다 작아야 합니다.`, en: `This must be less than ${maximum}.` }
    : { ko: `${maximum} 이하여야 합니다.`, en: `This must be ${maximum} or less.` }
}

const isSentence = (params: unknown): params is Sentence =>
  typeof (params as Sentence | undefined)?.ko === 'string' && typeof (params as Sentence | undefined)?.en === 'string'

/** What a person can do about a wrong member of an input, in each language. */
export const sentenceOf = (issue: Issue): Sentence => {
  if (issue.input === undefined && issue.code !== 'custom') return REQUIRED
  switch (issue.code) {
    case 'invalid_type':
      return types[issue.expected] ?? INVALID
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return tooBig(issue)
    case 'invalid_format':
      return formats[issue.format] ?? INVALID
    case 'invalid_value': {
      const values = issue.values.join(', ')
      return { ko: `다음 중 하나여야 합니다: ${values}`, en: `This must be one of: ${values}` }
    }
    case 'not_multiple_of':
      return { ko: `${issue.divisor}의 배수여야 합니다.`, en: `This must be a multiple of ${issue.divisor}.` }
    case 'unrecognized_keys': {
      const keys = issue.keys.join(', ')
      return { ko: `알 수 없는 항목입니다: ${keys}`, en: `Unknown members: ${keys}` }
    }
    // A refinement may bring its own sentences.
    case 'custom':
      return isSentence(issue.params) ? { ko: issue.params.ko, en: issue.params.en } : INVALID
    default:
      return INVALID
  }
}
