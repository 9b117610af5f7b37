import type { Fault } from '#kernel/fault.ts'
import { DEADLINE_EXCEEDED, UNAVAILABLE } from '#kernel/faults.ts'
import type { Answer } from './transport.ts'
import { FAULT_TYPE, faultFromText } from '../wire.ts'

/** How sending a call went. `shared`: what went wrong is told by another call of the same request already. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown }
  /** The service answered with a fault. */
  | { readonly kind: 'fault'; readonly fault: Fault }
  /**
   * It surely was not done: no connection could be made (`refused`; `nobody` where it was refused at once), or whoever was
   * there refused it unread.
   */
  | {
      readonly kind: 'unsent'
      readonly reason: string
      readonly refused?: boolean
      readonly nobody?: boolean
      readonly shared?: boolean
    }
  /** It may or may not have been done. */
  | { readonly kind: 'lost'; readonly reason: string; readonly shared?: boolean }
  /** Nobody waits any more. `counts` says whether the instance had a fair time to answer. */
  | { readonly kind: 'late'; readonly counts: boolean }

/** Whether somebody has said what is to be said: not that they were away, or too late. */
export const isAnswer = (outcome: Outcome): boolean =>
  outcome.kind === 'value' ||
  (outcome.kind === 'fault' && !UNAVAILABLE.is(outcome.fault) && !DEADLINE_EXCEEDED.is(outcome.fault))

/** Statuses by which a host, or something before it, refuses a request without doing it. */
const refusedUnread = new Set([401, 403, 404, 405, 415, 421, 429, 503])

export const outcomeOf = ({ status, type, text }: Answer): Outcome => {
  if (type === FAULT_TYPE) return { kind: 'fault', fault: faultFromText(text) }
  if (status === 204) return { kind: 'value', value: undefined }
  if (status === 200) return { kind: 'value', value: JSON.parse(text) }
  const reason =
    status === 401 ? 'it does not believe our token: are secret and clock the same there?' : `HTTP ${status}`
  return { kind: refusedUnread.has(status) ? 'unsent' : 'lost', reason }
}

const neverConnected = new Set([
  'ECONNREFUSED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

export const outcomeOfError = (error: Error & { code?: string; shared?: boolean }): Outcome => {
  const reason = error.code ? `${error.code}: ${error.message}` : String(error)
  const shared = error.shared === true
  return neverConnected.has(error.code ?? '')
    ? { kind: 'unsent', reason, refused: true, nobody: error.code === 'ECONNREFUSED', shared }
    : { kind: 'lost', reason, shared }
}
