import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { fault, type Fault } from '#kernel/fault.ts'
import { PAYLOAD_TOO_LARGE } from '#kernel/faults.ts'
import { PROBLEM_TYPE, problemOf } from '#kernel/problem.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** A request that is not HTTP as we know it. */
export const BAD_REQUEST = fault('BAD_REQUEST', 400, {
  ko: '요청을 이해할 수 없습니다.',
  en: 'The request cannot be understood.',
})
export const HEADERS_TOO_LARGE = fault('HEADERS_TOO_LARGE', 431, {
  ko: '요청 헤더가 너무 큽니다.',
  en: 'The headers of the request are too large.',
})
export const REQUEST_TIMEOUT = fault('REQUEST_TIMEOUT', 408, {
  ko: '요청을 다 받지 못했습니다. 다시 시도해 주세요.',
  en: 'The request did not arrive in time. Please try again.',
})

const faultOf = (code: string | undefined): Fault => {
  if (code === 'HPE_HEADER_OVERFLOW') return HEADERS_TOO_LARGE()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return REQUEST_TIMEOUT()
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return PAYLOAD_TOO_LARGE()
  return BAD_REQUEST()
}

/** Answers a connection on which no request could be read, with a problem document like any other, and closes it. */
export const refuseBroken =
  (runtime: Runtime) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const refused = faultOf(error.code)
    const requestId = runtime.id()
    const body = JSON.stringify(problemOf(refused, 'ko', requestId))
    socket.end(
      `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`,
    )
  }
