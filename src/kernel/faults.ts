import { fault, type FaultDefinition } from './fault.ts'

export const INVALID_INPUT = fault('INVALID_INPUT', 400, {
  ko: '입력값이 올바르지 않습니다. 표시된 항목을 확인해 주세요.',
  en: 'The input is not valid. Please check the fields named.',
})
export const MALFORMED_BODY = fault('MALFORMED_BODY', 400, {
  ko: '요청 본문을 읽을 수 없습니다. 올바른 JSON인지 확인해 주세요.',
  en: 'The request body cannot be read. Please check that it is valid JSON.',
})
export const UNAUTHENTICATED = fault('UNAUTHENTICATED', 401, {
  ko: '로그인이 필요합니다.',
  en: 'Please sign in.',
})
export const FORBIDDEN = fault('FORBIDDEN', 403, {
  ko: '이 작업을 할 권한이 없습니다.',
  en: 'You are not allowed to do this.',
})
export const NOT_FOUND = fault('NOT_FOUND', 404, {
  ko: '찾으시는 것이 없습니다.',
  en: 'What you are looking for does not exist.',
})
export const ROUTE_NOT_FOUND = fault('ROUTE_NOT_FOUND', 404, {
  ko: '없는 주소입니다.',
  en: 'There is nothing at this address.',
})
export const METHOD_NOT_ALLOWED = fault('METHOD_NOT_ALLOWED', 405, {
  ko: '이 주소에서 쓸 수 없는 방법입니다.',
  en: 'This address does not take that method.',
})
export const PAYLOAD_TOO_LARGE = fault('PAYLOAD_TOO_LARGE', 413, {
  ko: '요청이 너무 큽니다.',
  en: 'The request is too large.',
})
export const UNSUPPORTED_MEDIA_TYPE = fault('UNSUPPORTED_MEDIA_TYPE', 415, {
  ko: 'application/json 형식으로 보내 주세요.',
  en: 'Please send application/json.',
})
export const RATE_LIMITED = fault('RATE_LIMITED', 429, {
  ko: '요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.',
  en: 'Too many requests. Please try again shortly.',
})
export const INTERNAL = fault('INTERNAL', 500, {
  ko: '문제가 생겨 요청을 처리하지 못했습니다. 잠시 후 다시 시도해 주세요.',
  en: 'Something went wrong on our side. Please try again later.',
})
export const UNAVAILABLE = fault<{ service: string } | undefined>('UNAVAILABLE', 503, {
  ko: '지금은 이 서비스를 이용할 수 없습니다. 잠시 후 다시 시도해 주세요.',
  en: (data) => `The ${data?.service ?? 'requested'} service is not available. Please try again later.`,
})
export const DEADLINE_EXCEEDED = fault('DEADLINE_EXCEEDED', 504, {
  ko: '처리가 오래 걸려 중단했습니다. 잠시 후 다시 시도해 주세요.',
  en: 'This took too long and was stopped. Please try again later.',
})

/** Faults that any operation may answer with; contracts need not list them. */
export const commonFaults: readonly FaultDefinition[] = [
  INVALID_INPUT,
  MALFORMED_BODY,
  UNAUTHENTICATED,
  FORBIDDEN,
  NOT_FOUND,
  ROUTE_NOT_FOUND,
  METHOD_NOT_ALLOWED,
  PAYLOAD_TOO_LARGE,
  UNSUPPORTED_MEDIA_TYPE,
  RATE_LIMITED,
  INTERNAL,
  UNAVAILABLE,
  DEADLINE_EXCEEDED,
]

/** Codes of the faults every operation may answer with. */
export const commonCodes: ReadonlySet<string> = new Set(commonFaults.map((each) => each.code))
