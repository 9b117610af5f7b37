import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Fault, Locale } from '#kernel/fault.ts'
import { PAYLOAD_TOO_LARGE } from '#kernel/faults.ts'
import { PROBLEM_TYPE, problemOf, retryAfterOf } from '#kernel/call/problem.ts'
import { BAD_REQUEST, HEADERS_TOO_LARGE, REQUEST_TIMEOUT, URI_TOO_LONG } from './faults.ts'

/** An error of Node.js's HTTP parser, with the bytes it was last given. */
type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer }

/** Characters of a request target at most; the whole head may have twice as many. */
export const MAX_TARGET = 8_192

/** Milliseconds a refused client is given to close: closing first could destroy the answer on its way. */
const LINGER = 5_000

/** Whether a head that grew too large did so in its first line. As far as one can tell: earlier packets are gone. */
const isLongTarget = (packet: Buffer | undefined): boolean => {
  if (packet === undefined || !/^[A-Z]+ /.test(packet.toString('latin1', 0, 16))) return false
  const end = packet.indexOf('\r\n')
  return end === -1 || end > MAX_TARGET
}

const faultOf = ({ code, rawPacket }: ParserError): Fault => {
  if (code === 'HPE_HEADER_OVERFLOW') return isLongTarget(rawPacket) ? URI_TOO_LONG() : HEADERS_TOO_LARGE()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return REQUEST_TIMEOUT()
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return PAYLOAD_TOO_LARGE()
  return BAD_REQUEST()
}

/** Writes a problem document on a connection that has no response object, and closes it. */
export const writeProblem = (socket: Duplex, fault: Fault, requestId: string, locale: Locale = 'ko'): void => {
  const body = JSON.stringify(problemOf(fault, locale, requestId))
  const retryAfter = retryAfterOf(fault)
  if (socket instanceof Socket) socket.setTimeout(LINGER, () => socket.destroy())
  socket.once('end', () => socket.destroy())
  const head = [
    `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status]}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `content-language: ${locale}`,
    `x-request-id: ${requestId}`,
    ...(retryAfter === undefined ? [] : [`retry-after: ${retryAfter}`]),
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Gives the reader of a body, now or once there is one, the fault that ended it. */
const failBody = (request: IncomingMessage, response: ServerResponse, fault: Fault): void => {
  const tell = (): void => {
    if (!response.headersSent) request.emit('error', fault)
  }
  if (request.listenerCount('error') > 0) return tell()
  const onListener = (event: string | symbol): void => {
    if (event !== 'error') return
    request.off('newListener', onListener)
    process.nextTick(tell)
  }
  request.on('newListener', onListener)
}

/**
 * Answers what the HTTP parser could not read, or what did not arrive in time: with one final answer for each request.
 * An error in a body belongs to the request that was begun with it: it fails that request, unless it was answered
 * already. An error behind a complete request belongs to the next one, and is answered after those before it.
 */
export const clientErrors = (refused: (fault: Fault) => string) => {
  /** The response to the last request of a connection. */
  const last = new WeakMap<Socket, ServerResponse>()
  const ended = new WeakSet<Socket>()

  const refuseNext = (socket: Socket, fault: Fault): void => {
    if (socket.writable) writeProblem(socket, fault, refused(fault))
    else socket.destroy()
  }

  return {
    /** Notes a request that is about to be handled. */
    began: (socket: Socket, response: ServerResponse): void => void last.set(socket, response),

    /** For the event `clientError` of a server. */
    onError: (error: ParserError, socket: Socket): void => {
      // The parser goes on to fail with each packet that follows.
      if (ended.has(socket)) return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? void socket.destroy() : undefined
      ended.add(socket)
      const response = last.get(socket)
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
      const fault = faultOf(error)
      if (response === undefined) return refuseNext(socket, fault)
      if (response.req.complete) {
        if (response.closed) refuseNext(socket, fault)
        else response.once('close', () => refuseNext(socket, fault))
      } else if (response.headersSent) {
        if (response.closed) socket.destroy()
        else response.once('close', () => socket.destroy())
      } else {
        response.shouldKeepAlive = false
        failBody(response.req, response, fault)
      }
    },
  }
}
