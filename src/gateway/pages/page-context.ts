import type { FastifyReply, FastifyRequest } from 'fastify'
import { DEFAULT_DEADLINE } from '#kernel/call.ts'
import type { Actor, CallContext } from '#kernel/context.ts'
import { type Contract, isForOutside } from '#kernel/contract.ts'
import { Fault } from '#kernel/fault.ts'
import { REFRESH_INVALID, type Session } from '#services/auth/contract.ts'
import type { PageContext, Shop, Viewer } from '../../../web/context.ts'
import { GUEST, GUEST_SECONDS, noSessionCookies, privateCookie, sessionCookies } from '../identity/cookies.ts'
import type { Edge } from '../edge.ts'
import { actorOf, identify, type Identity } from '../identity/identity.ts'
import { chosenLocale } from '../http/locale.ts'
import { endTracing, tracingOf } from '../api/trace.ts'

/** What pages are told that no request changes. */
export type PageFacts = Pick<PageContext, 'toss' | 'roles' | 'mailboxUrl' | 'environment'>

const guestOf = (actor: Actor): string | undefined => ('guestId' in actor ? actor.guestId : undefined)

const viewerOf = (actor: Actor): Viewer => {
  if (actor.kind === 'staff') return { kind: 'member', memberId: actor.memberId, roles: actor.roles }
  if (actor.kind === 'member') return { kind: 'member', memberId: actor.memberId }
  return actor.kind === 'guest' ? { kind: 'guest' } : { kind: 'anonymous' }
}

/** Calls a service on behalf of whoever looks at the page, at the moment of each call. Has what callers outside the shop may reach. */
const clientFor = (edge: Edge, contract: Contract, context: () => Omit<CallContext, 'deadline'>) =>
  Object.fromEntries(
    Object.entries(contract.operations)
      .filter(([, operation]) => isForOutside(operation))
      .map(([name, operation]) => [
        name,
        (input: unknown) => {
          const deadline = edge.runtime.now() + (operation.deadline ?? DEFAULT_DEADLINE)
          return edge.endpointOf(contract.name).call(name, input, { ...context(), deadline })
        },
      ]),
  )

/**
 * The shop as the visitor of a page sees it. A visitor whose access token ran out goes on with the refresh token; one
 * whose sign-in ended is a guest again. Cookies are set on the reply.
 */
export const pageContexts =
  (edge: Edge, facts: PageFacts) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<PageContext> => {
    const { runtime, settings, sessions } = edge
    const secure = settings.production
    const { headers } = request.raw
    const setCookies = (cookies: readonly string[]): void => {
      for (const each of cookies) reply.header('set-cookie', each)
    }

    const renew = async (identity: Identity): Promise<Actor> => {
      try {
        const session = await sessions.refresh(identity.refreshable!)
        const bearer = await edge.tokens.verify(session.accessToken)
        if (bearer === undefined) return identity.actor
        setCookies(sessionCookies(session, secure))
        return actorOf(bearer, guestOf(identity.actor))
      } catch (error) {
        if (REFRESH_INVALID.is(error)) setCookies(noSessionCookies(secure))
        else if (!(error instanceof Fault)) throw error
        return identity.actor
      }
    }

    const identity = await identify(headers, edge.tokens, edge.revocations)
    let actor = identity.refreshable === undefined ? identity.actor : await renew(identity)
    // The pages are Korean until somebody switches: what they sell is named in Korean.
    const locale = chosenLocale(headers) ?? 'ko'
    const tracing = tracingOf(edge, request, 'page')
    if (tracing.span) reply.raw.once('close', () => endTracing(tracing.span, reply.raw.statusCode, request.id))
    const versions = edge.versions(headers, actor, request.ip)
    const context = (): Omit<CallContext, 'deadline'> => ({
      actor,
      caller: 'edge',
      locale,
      requestId: request.id,
      address: request.ip,
      ...(versions !== undefined && { versions }),
      ...tracing,
    })

    return {
      ...facts,
      // Typed by the registry of contracts; made of the contracts this gateway serves.
      shop: Object.fromEntries(
        edge.contracts.map((each) => [each.name, clientFor(edge, each, context)]),
      ) as unknown as Shop,
      get viewer() {
        return viewerOf(actor)
      },
      locale,
      now: () => runtime.now(),
      id: () => runtime.id(),
      beGuest: () => {
        if (actor.kind !== 'anonymous') return
        const guestId = runtime.id()
        actor = { kind: 'guest', guestId }
        setCookies([privateCookie(GUEST, guestId, GUEST_SECONDS, secure)])
      },
      signedIn: async (session: Session) => {
        const guestId = guestOf(actor)
        const bearer = await edge.tokens.verify(session.accessToken)
        if (bearer !== undefined) actor = actorOf(bearer, undefined)
        setCookies(sessionCookies(session, secure))
        if (guestId !== undefined && (await sessions.mergeCart(guestId, session.member.id)))
          setCookies([privateCookie(GUEST, '', 0, secure)])
      },
      signedOut: () => {
        if (actor.kind === 'member' || actor.kind === 'staff') edge.revocations.add(actor.sessionId)
        actor = { kind: 'anonymous' }
        setCookies(noSessionCookies(secure))
      },
    }
  }
