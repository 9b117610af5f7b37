import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Fault } from '#kernel/fault.ts'
import type { Edge } from '../edge.ts'
import { begin } from '../api/exchange.ts'
import { BAD_REQUEST, UPGRADE_REQUIRED } from '../http/faults.ts'
import { pathOf } from '../http/request/request-target.ts'

/** Where the stream is reached. */
const STREAM_PATH = '/api/notifications/stream'

const VERSION = '13'
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** What is wrong with a request as the opening handshake of a WebSocket (RFC 6455 §4.2.1). */
const handshakeFault = ({ headers, httpVersion }: IncomingMessage): Fault | undefined => {
  if (httpVersion === '1.0' || headers.upgrade?.toLowerCase() !== 'websocket') return UPGRADE_REQUIRED()
  if (headers['sec-websocket-version'] !== VERSION) return UPGRADE_REQUIRED()
  return KEY.test(headers['sec-websocket-key'] ?? '') ? undefined : BAD_REQUEST()
}

/** Whether a request that offers an upgrade opens the stream. Of others the offer is ignored (RFC 9110 §7.8). */
export const isHandshake = (request: IncomingMessage): boolean =>
  request.method === 'GET' && pathOf(request.url ?? '') === STREAM_PATH && handshakeFault(request) === undefined

/** Answers whoever asks for the stream without a good handshake: what to send instead. */
export const refuseWithoutHandshake = (app: FastifyInstance, edge: Edge): void => {
  app.route({
    method: ['GET', 'HEAD'],
    url: STREAM_PATH,
    handler: (request, reply) => {
      const exchange = begin(edge, 'notification.stream', request, reply, 1_000)
      const fault = handshakeFault(request.raw) ?? UPGRADE_REQUIRED()
      if (UPGRADE_REQUIRED.is(fault))
        exchange.headers.push('upgrade', 'websocket', 'connection', 'upgrade', 'sec-websocket-version', VERSION)
      exchange.fail(fault)
    },
  })
}
