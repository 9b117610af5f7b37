import type { FastifyReply, FastifyRequest } from 'fastify'
import { DEFAULT_DEADLINE, type Endpoint } from '#kernel/call.ts'
import type { CallContext } from '#kernel/context.ts'
import { auth, REFRESH_INVALID, sessionOutput, type Session } from '#services/auth/contract.ts'
import { member } from '#services/member/contract.ts'
import {
  cookieOf,
  GUEST,
  GUEST_SECONDS,
  noSessionCookies,
  privateCookie,
  REFRESH,
  sessionCookies,
} from '../identity/cookies.ts'
import { CROSS_SITE, isCrossSite } from '../identity/cross-site.ts'
import type { Edge } from '../edge.ts'
import { begin, type Exchange } from './exchange.ts'
import { actorOf, identify, type Identity } from '../identity/identity.ts'
import { inputOf } from './input.ts'
import type { Route } from './routes.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => void

const addCookies = (exchange: Exchange, cookies: readonly string[]): void => {
  for (const each of cookies) exchange.headers.push('set-cookie', each)
}

/** The call context of a request from outside. */
const contextOf = (
  exchange: Exchange,
  { ip }: FastifyRequest,
  identity: Identity,
  versions: string | undefined,
): CallContext => ({
  ...exchange.tracing,
  actor: identity.actor,
  caller: 'edge',
  deadline: exchange.deadline,
  locale: exchange.locale(),
  requestId: exchange.requestId,
  address: ip,
  ...(versions !== undefined && { versions }),
})

/** Serves one operation. What can be known from the route alone is worked out here, once. */
export const serve = (edge: Edge, route: Route): Handler => {
  const { operation, name } = route
  const { runtime, settings, sessions } = edge
  const secure = settings.production
  const unsafe = route.method !== 'GET'
  const status = operation.status ?? 200
  const allowance = operation.deadline ?? DEFAULT_DEADLINE
  const signsIn = operation.output === sessionOutput
  const signsOut = operation === auth.operations.signOut || operation === member.operations.withdraw
  const refreshes = operation === auth.operations.refresh
  const limiter = edge.limits.of(route)
  let endpoint: Endpoint | undefined

  /**
   * A visitor whose access token ran out while a page was open goes on with the refresh token, as on our pages; one whose
   * sign-in ended is signed out, and loses the cookies.
   */
  const renew = async (exchange: Exchange, identity: Identity): Promise<Identity> => {
    const { refreshable, ...signedOut } = identity
    try {
      const session = await sessions.refresh(refreshable!)
      const bearer = await edge.tokens.verify(session.accessToken)
      if (bearer === undefined) return signedOut
      addCookies(exchange, sessionCookies(session, secure))
      const { actor } = identity
      return { ...signedOut, actor: actorOf(bearer, actor.kind === 'guest' ? actor.guestId : undefined) }
    } catch (error) {
      if (!REFRESH_INVALID.is(error)) throw error
      addCookies(exchange, noSessionCookies(secure))
      return signedOut
    }
  }

  const asGuest = (exchange: Exchange, identity: Identity): Identity => {
    const guestId = runtime.id()
    addCookies(exchange, [privateCookie(GUEST, guestId, GUEST_SECONDS, secure)])
    exchange.headers.push('x-guest-id', guestId)
    return { ...identity, actor: { kind: 'guest', guestId } }
  }

  const signedIn = async (exchange: Exchange, identity: Identity, session: Session): Promise<void> => {
    addCookies(exchange, sessionCookies(session, secure))
    const { actor } = identity
    if (actor.kind !== 'guest' || refreshes) return
    const merged = await sessions.mergeCart(actor.guestId, session.member.id)
    if (merged) addCookies(exchange, [privateCookie(GUEST, '', 0, secure)])
  }

  const signedOut = (exchange: Exchange, identity: Identity): void => {
    const { actor } = identity
    if (actor.kind === 'member' || actor.kind === 'staff') edge.revocations.add(actor.sessionId)
    addCookies(exchange, noSessionCookies(secure))
  }

  const run = async (exchange: Exchange, request: FastifyRequest): Promise<void> => {
    try {
      const { headers } = request.raw
      const arriving = limiter.arrived(request.ip, exchange)
      if (arriving) await arriving
      const known = identify(headers, edge.tokens, edge.revocations)
      let identity = known instanceof Promise ? await known : known
      if (unsafe && !identity.byHeader && isCrossSite(headers, edge.trusted)) throw CROSS_SITE()
      if (operation.access !== 'public') {
        if (identity.refreshable !== undefined) identity = await renew(exchange, identity)
        if (operation.access === 'guest' && identity.actor.kind === 'anonymous') identity = asGuest(exchange, identity)
      }
      const { actor } = identity
      if (actor.kind === 'member' || actor.kind === 'staff') {
        const counting = limiter.by(actor.memberId, exchange)
        if (counting) await counting
      }
      const given = inputOf(route, request, settings.bodyLimit)
      const input = given instanceof Promise ? await exchange.receive(given) : given
      if (refreshes && input['refreshToken'] === undefined) {
        const refreshToken = cookieOf(headers.cookie, REFRESH)
        if (refreshToken !== undefined) input['refreshToken'] = refreshToken
      }
      const versions = edge.versions(headers, identity.actor, request.ip)
      endpoint ??= edge.endpointOf(route.service)
      const output = await endpoint.call(name, input, contextOf(exchange, request, identity, versions))
      if (signsIn) await signedIn(exchange, identity, output as Session)
      if (signsOut) signedOut(exchange, identity)
      exchange.succeed(status, output)
    } catch (error) {
      exchange.fail(error)
    }
  }

  return (request, reply) => void run(begin(edge, route.id, request, reply, allowance), request)
}
