import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Fault } from '#kernel/fault.ts'
import { clientErrors, MAX_TARGET, writeProblem } from './client-error-handler.ts'
import { BAD_REQUEST, EXPECTATION_FAILED, HOST_INVALID, URI_TOO_LONG } from './faults.ts'
import { forwardedFor } from './request/forwarded-for.ts'
import { hasGoodHost } from './request/host.ts'
import { requestTarget } from './request/request-target.ts'

const MAX_HEAD = 2 * MAX_TARGET

/** What the HTTP server of the edge is made with. */
export interface HttpServerOptions {
  /** Takes requests whose target and Host are good, with the target normalised. */
  readonly handle: RequestListener
  /** Answers a request that is refused before it is routed. */
  readonly refuse: (request: IncomingMessage, response: ServerResponse, fault: Fault) => void
  /** Notes a refusal on a connection where no request could be read; answers the request id to tell. */
  readonly refused: (fault: Fault) => string
  /** Whether a request that offers an upgrade is one for the listener of `upgrade`; any other offer is ignored. */
  readonly upgrades: (request: IncomingMessage) => boolean
  /** Milliseconds a client may take to send its headers, and the whole request. */
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
}

/** Has a request's body begin with `100 Continue` once somebody reads it; refused before, the client need not send it. */
const continueWhenRead = (request: IncomingMessage, response: ServerResponse): void => {
  const { shouldKeepAlive } = response
  // A client that was refused may or may not send the body: what comes next on the connection cannot be told apart.
  response.shouldKeepAlive = false
  request._read = (size) => {
    request._read = Object.getPrototypeOf(request)._read
    if (!response.headersSent) {
      response.shouldKeepAlive = shouldKeepAlive
      response.writeContinue()
    }
    request._read(size)
  }
}

/**
 * Whether a request is one of HTTP/1 whose body comes as it is or in chunks. The parser takes the body of another coding
 * for chunks, and a version it does not speak for one it does.
 */
const isUnderstood = ({ httpVersionMajor, headers }: IncomingMessage): boolean => {
  const coding = headers['transfer-encoding']
  return httpVersionMajor === 1 && (coding === undefined || coding.trim().toLowerCase() === 'chunked')
}

/**
 * Whether nothing was read behind a request that offers an upgrade. The parser takes what is there for another protocol's,
 * even where the offer is ignored: requests in it would never be answered. What cannot be told counts as no.
 */
const cameAlone = ({ socket, headers }: IncomingMessage): boolean => {
  const { parser } = socket as { readonly parser?: { getCurrentBuffer?(): Buffer | undefined } }
  const read = parser?.getCurrentBuffer?.()
  const head = read?.indexOf('\r\n\r\n') ?? -1
  if (head === -1 || headers['transfer-encoding'] !== undefined) return false
  return read!.length <= head + 4 + Number(headers['content-length'] ?? 0)
}

/**
 * The HTTP/1.1 server of the edge. What every part behind it may rely on is seen to here, once: one good Host, a
 * normalised target, addresses in `X-Forwarded-For`, one final answer for each request, and that as a problem document.
 */
export const httpServer = (given: HttpServerOptions): Server => {
  const { handle, refuse } = given
  const errors = clientErrors(given.refused)

  /** Puts a request into the form the edge reads; answers why it is refused. */
  const prepare = (request: IncomingMessage): Fault | undefined => {
    const { url = '', headers } = request
    if (url.length > MAX_TARGET) return URI_TOO_LONG()
    if (!hasGoodHost(request)) return HOST_INVALID()
    if (!isUnderstood(request)) return BAD_REQUEST()
    const target = requestTarget(url)
    if (target === undefined || (url === '*' && request.method !== 'OPTIONS')) return BAD_REQUEST()
    request.url = target.url
    if (target.authority !== undefined) {
      headers.host = target.authority
      if (!hasGoodHost(request)) return HOST_INVALID()
    }
    const forwarded = headers['x-forwarded-for']
    if (typeof forwarded === 'string') {
      const believed = forwardedFor(forwarded)
      if (believed === undefined) delete headers['x-forwarded-for']
      else headers['x-forwarded-for'] = believed
    }
    return undefined
  }

  const begin = (request: IncomingMessage, response: ServerResponse): void => {
    errors.began(request.socket, response)
    const fault = prepare(request)
    if (request.headers.upgrade !== undefined && !cameAlone(request)) response.shouldKeepAlive = false
    if (!fault) return handle(request, response)
    // Where even the Host is in doubt, so is what follows.
    response.shouldKeepAlive = false
    refuse(request, response, fault)
  }

  const server = createServer(
    {
      headersTimeout: given.headersTimeout,
      requestTimeout: given.requestTimeout,
      keepAliveTimeout: given.keepAliveTimeout,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: MAX_HEAD,
      // Answered here, with a problem document.
      requireHostHeader: false,
      shouldUpgradeCallback: (request) => {
        const url = request.url ?? ''
        if (prepare(request) === undefined && given.upgrades(request)) return true
        // It goes on as an ordinary request, and is prepared as such.
        request.url = url
        return false
      },
    },
    begin,
  )
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueWhenRead(request, response)
    begin(request, response)
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    errors.began(request.socket, response)
    response.shouldKeepAlive = false
    refuse(request, response, EXPECTATION_FAILED())
  })
  // Nobody's proxy: CONNECT is refused.
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => socket.destroy())
    const fault = BAD_REQUEST()
    writeProblem(socket, fault, given.refused(fault))
  })
  server.on('clientError', errors.onError)
  return server
}
