import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { clientOf, systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import { Fault } from '#kernel/fault.ts'
import { invalid } from '#kernel/input/invalid.ts'
import { RATE_LIMITED, UNAUTHENTICATED, UNAVAILABLE } from '#kernel/faults.ts'
import { notification, type NewNotification } from '#services/notification/contract.ts'
import { CROSS_SITE, isCrossSite } from '../identity/cross-site.ts'
import type { Edge } from '../edge.ts'
import { faultOf } from '../api/exchange.ts'
import { writeProblem } from '../http/client-error-handler.ts'
import { BAD_REQUEST } from '../http/faults.ts'
import { identify } from '../identity/identity.ts'
import { localeOf } from '../http/locale.ts'
import { feed } from './feed.ts'
import { listeners, send, type Listener } from './listeners.ts'
import { UUID } from '../identity/uuid.ts'

/** Why a stream was closed: the sign-in ended or must be shown again; the shop is closing. */
const CLOSED = { signIn: 4401, leaving: 1001 } as const

/** Milliseconds a stream opened by a ticket lasts: as long as an access token. */
const TICKET_STREAM = 900_000
/** Milliseconds between two looks at sign-ins. */
const LOOK = 1_000
/** Milliseconds clients are given to close when the shop does. */
const LEAVE = 200
/** A client has nothing to say. */
const MAX_PAYLOAD = 1_024

type Holder = Pick<Listener, 'memberId' | 'sessionId' | 'until'>

/** The notification stream at a server. */
export interface Stream {
  stop(): Promise<void>
}

const frameOf = (created: Omit<NewNotification, 'memberId'>): string =>
  JSON.stringify({ type: 'notification.created', notification: created })

const withoutMember = ({ memberId: _, ...created }: NewNotification): Omit<NewNotification, 'memberId'> => created

/**
 * Pushes notifications to members by WebSocket: each process tells those connected to it what it finds in the service's
 * log. At least once: a client drops ids it knows, and passes `?after=` the last one to get what it missed.
 */
export const attachStream = (edge: Edge, server: Server): Stream => {
  const { runtime, settings, log } = edge
  const connected = listeners()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD, perMessageDeflate: false })
  const inside = clientOf(notification, 'gateway', () => edge.endpointOf(notification.name), runtime)
  const limiter = edge.limits.of()
  const stopped = new AbortController()

  const end = (listener: Listener, code: number): void => {
    connected.remove(listener)
    listener.socket.close(code)
  }

  const push = (listener: Listener, frame: string): void => {
    if (!send(listener, frame)) connected.remove(listener)
  }

  const news = feed({
    // The feed outlives the request that began it, and must not end at that one's deadline.
    tail: (input) => withContext(systemContext('gateway', runtime), () => inside.tail(input)),
    wanted: () => connected.size() > 0 || opening > 0,
    bring: (created) => {
      const theirs = [...connected.of(created.memberId)]
      if (theirs.length === 0) return
      const frame = frameOf(withoutMember(created))
      for (const each of theirs) push(each, frame)
    },
    runtime,
    log,
    poll: settings.streamPoll,
  })
  let opening = 0

  /** Whose stream it is: by ticket, by bearer token, or by cookie from our own pages. Throws the fault to refuse with. */
  const holderOf = async (request: IncomingMessage, query: URLSearchParams): Promise<Holder> => {
    const ticket = query.get('ticket')
    if (ticket !== null) {
      const holder = await inside.redeemTicket({ ticket })
      if (edge.revocations.has(holder.sessionId)) throw UNAUTHENTICATED()
      return { ...holder, until: runtime.now() + TICKET_STREAM }
    }
    const { actor, byHeader, expiresAt } = await identify(request.headers, edge.tokens, edge.revocations)
    if (!byHeader && isCrossSite(request.headers, edge.trusted)) throw CROSS_SITE()
    if ((actor.kind !== 'member' && actor.kind !== 'staff') || expiresAt === undefined) throw UNAUTHENTICATED()
    return { memberId: actor.memberId, sessionId: actor.sessionId, until: expiresAt }
  }

  const welcome = async (socket: WebSocket, holder: Holder, after: string | null): Promise<void> => {
    const listener: Listener = { ...holder, socket, alive: true }
    connected.add(listener)
    socket.on('close', () => connected.remove(listener))
    socket.on('error', () => connected.remove(listener))
    socket.on('pong', () => {
      listener.alive = true
    })
    // The sign-in may have ended while the connection was being made.
    if (edge.revocations.has(holder.sessionId)) return end(listener, CLOSED.signIn)
    if (after === null) return
    const { items } = await inside.missed({ memberId: holder.memberId, after })
    for (const { readAt: _, ...created } of items) push(listener, frameOf(created))
  }

  const open = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const began = performance.now()
    const query = new URL(`http://shop${request.url}`).searchParams
    const after = query.get('after')
    if (after !== null && !UUID.test(after))
      throw invalid('after', 'uuid', { ko: 'UUID여야 합니다.', en: 'This must be a UUID.' })
    if (edge.closing() || connected.size() + opening >= settings.streamLimit)
      throw UNAVAILABLE({ service: notification.name })
    opening++
    try {
      const holder = await holderOf(request, query)
      await limiter.by(holder.memberId, { headers: [], least: Infinity })
      if (connected.countOf(holder.memberId) >= settings.streamLimitPerMember) throw RATE_LIMITED()
      // Only once the feed runs is the client told that it is connected: nothing falls in between.
      await news.begin()
      if (socket.destroyed) return
      sockets.handleUpgrade(request, socket, head, (opened) => {
        edge.accessLog?.write({
          method: 'GET',
          route: 'notification.stream',
          status: 101,
          ms: performance.now() - began,
          requestId: runtime.id(),
        })
        welcome(opened, holder, after).catch((error: unknown) => {
          log.warn({ err: error }, 'Missed notifications cannot be sent')
          opened.close(1011)
        })
      })
    } finally {
      opening--
    }
  }

  const refuse = (request: IncomingMessage, socket: Duplex, error: unknown): void => {
    const requestId = runtime.id()
    const fault = error instanceof Fault ? error : faultOf(edge, error, requestId, 'notification.stream')
    edge.accessLog?.write({
      method: 'GET',
      route: 'notification.stream',
      status: fault.status,
      ms: 0,
      requestId,
      code: fault.code,
    })
    writeProblem(socket, fault, requestId, localeOf(request.headers))
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    withContext(systemContext('gateway', runtime, 10_000), () => open(request, socket, head)).catch((error: unknown) =>
      refuse(request, socket, error),
    )
  }

  const endSession = (sessionId: string): void => {
    for (const each of connected.all()) if (each.sessionId === sessionId) end(each, CLOSED.signIn)
  }

  /** Ends streams whose sign-in must be shown again, and those whose client is gone without saying so. */
  const look = async (): Promise<void> => {
    let pingAt = runtime.now() + settings.streamPing
    while (!stopped.signal.aborted) {
      await runtime.sleep(LOOK, stopped.signal).catch(() => {})
      const now = runtime.now()
      const ping = now >= pingAt
      if (ping) pingAt = now + settings.streamPing
      for (const each of connected.all()) {
        if (each.until <= now) end(each, CLOSED.signIn)
        else if (ping && !each.alive) each.socket.terminate()
        else if (ping) {
          each.alive = false
          each.socket.ping()
        }
      }
    }
  }

  // It stays when the stream has stopped: whoever comes late is told so.
  server.on('upgrade', onUpgrade)
  sockets.on('wsClientError', (_error, socket, request) => refuse(request, socket, BAD_REQUEST()))
  edge.revocations.onEnded(endSession)
  const looking = look()

  return {
    stop: async () => {
      stopped.abort()
      const leaving = [...connected.all()]
      for (const each of leaving) end(each, CLOSED.leaving)
      await Promise.all([looking, news.stop()])
      // A client that does not answer the closing must not hold up the shop's.
      if (leaving.length > 0) await runtime.sleep(LEAVE)
      for (const each of leaving) each.socket.terminate()
      sockets.close()
    },
  }
}
