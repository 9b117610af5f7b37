import { fault, type FaultDefinition } from '#kernel/fault.ts'

/** A request that is not HTTP as we know it. */
export const BAD_REQUEST = fault('BAD_REQUEST', 400, {
  ko: '요청을 이해할 수 없습니다.',
  en: 'The request cannot be understood.',
})
export const HOST_INVALID = fault('HOST_INVALID', 400, {
  ko: 'Host 헤더를 올바른 값으로 한 번만 보내 주세요.',
  en: 'Please send one Host header with a valid value.',
})
export const REQUEST_TIMEOUT = fault('REQUEST_TIMEOUT', 408, {
  ko: '요청을 다 받지 못했습니다. 다시 시도해 주세요.',
  en: 'The request did not arrive in time. Please try again.',
})
export const PRECONDITION_FAILED = fault('PRECONDITION_FAILED', 412, {
  ko: '요청에 적힌 조건에 맞지 않습니다. 다시 불러온 뒤 시도해 주세요.',
  en: 'A condition of the request is not met. Please load it again and retry.',
})
export const URI_TOO_LONG = fault('URI_TOO_LONG', 414, {
  ko: '요청 주소가 너무 깁니다.',
  en: 'The address of the request is too long.',
})
export const RANGE_NOT_SATISFIABLE = fault('RANGE_NOT_SATISFIABLE', 416, {
  ko: '요청한 범위가 파일의 끝을 넘습니다.',
  en: 'The range asked for lies behind the end of the file.',
})
export const EXPECTATION_FAILED = fault('EXPECTATION_FAILED', 417, {
  ko: 'Expect 헤더에는 100-continue만 쓸 수 있습니다.',
  en: 'Only 100-continue can be expected.',
})
export const UPGRADE_REQUIRED = fault('UPGRADE_REQUIRED', 426, {
  ko: '이 주소는 웹소켓(버전 13)으로 연결해 주세요.',
  en: 'Please connect to this address by WebSocket, version 13.',
})
export const HEADERS_TOO_LARGE = fault('HEADERS_TOO_LARGE', 431, {
  ko: '요청 헤더가 너무 큽니다.',
  en: 'The headers of the request are too large.',
})

/** Faults of the protocol, which any request may be answered before it reaches an operation. */
export const httpFaults: readonly FaultDefinition[] = [
  BAD_REQUEST,
  HOST_INVALID,
  REQUEST_TIMEOUT,
  PRECONDITION_FAILED,
  URI_TOO_LONG,
  RANGE_NOT_SATISFIABLE,
  EXPECTATION_FAILED,
  UPGRADE_REQUIRED,
  HEADERS_TOO_LARGE,
]
