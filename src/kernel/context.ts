import { AsyncLocalStorage } from 'node:async_hooks'
import type { StaffRole } from './contract.ts'
import type { Locale } from './fault.ts'
import type { Span } from './tracing/trace.ts'

/** On whose behalf a call is made. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'guest'; readonly guestId: string }
  | { readonly kind: 'member'; readonly memberId: string; readonly sessionId: string; readonly guestId?: string }
  | {
      readonly kind: 'staff'
      readonly memberId: string
      readonly sessionId: string
      readonly roles: readonly StaffRole[]
      readonly guestId?: string
    }
  /** The shop itself: a consumer of events, a sweep. */
  | { readonly kind: 'system' }

/** What travels with every call, inside a host and between hosts. */
export interface CallContext {
  readonly actor: Actor
  /** `edge` for a request from outside, else the calling service's name. */
  readonly caller: string
  /** Epoch milliseconds after which nobody waits for the answer. */
  readonly deadline: number
  readonly locale: Locale
  readonly requestId: string
  /** W3C trace context as it travels on: the span under way, or what the caller gave where nothing is traced here. */
  readonly traceparent?: string
  /** What other tracing systems travel by; passed on as it is. */
  readonly tracestate?: string
  /** The span under way, when the trace is sampled. */
  readonly span?: Span
  /** Versions of services this chain of calls goes to, where somebody chose: `product@1.2,order!1.3`. */
  readonly versions?: string
  /** Address of the client, at the edge only; for throttling, never stored with personal data. */
  readonly address?: string
}

const storage = new AsyncLocalStorage<CallContext>()

/** Runs `work` with the context; calls made inside carry it. */
export const withContext = <T>(context: CallContext, work: () => T): T => storage.run(context, work)

/** The context of the call under way, if any. */
export const currentContext = (): CallContext | undefined => storage.getStore()

/** The member an actor is; throws a TypeError where access rules cannot have let one through. */
export const memberOf = (actor: Actor): string => {
  if (actor.kind === 'member' || actor.kind === 'staff') return actor.memberId
  throw new TypeError(`An actor of kind ${actor.kind} is no member`)
}
