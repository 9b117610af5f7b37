import type { Logger } from 'pino'
import { markLogged } from '#kernel/failures/already-logged.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { codeOf, isLost } from './transient-errors.ts'

/** A kind of trouble of a server that passes, as all who use it meet it. */
interface Trouble {
  readonly kind: string
  readonly begins: string
  readonly ends: string
  /** Only writes fail: reads that succeed say nothing about it. */
  readonly ofWrites?: boolean
}

const AWAY: Trouble = {
  kind: 'away',
  begins: 'Database unavailable: requests that need it get 503, background work is retried',
  ends: 'The database answers again',
}
const FULL: Trouble = {
  kind: 'full',
  begins: 'Database disk full: writes are refused, reads continue',
  ends: 'Database accepts writes again',
  ofWrites: true,
}
const READ_ONLY: Trouble = {
  kind: 'read-only',
  begins: 'Database is read-only: it is a standby, in recovery, or set to read-only',
  ends: 'Database accepts writes again',
  ofWrites: true,
}
const CROWDED: Trouble = {
  kind: 'crowded',
  begins: 'Database connections exhausted (max_connections): some requests are refused',
  ends: 'Database connections available again',
}
const SHORT: Trouble = {
  kind: 'resources',
  begins: 'Database out of resources: some requests are refused',
  ends: 'Database has resources again',
}

const byCode: Readonly<Record<string, Trouble>> = {
  '53100': FULL,
  '53300': CROWDED,
  '53200': SHORT,
  '58030': SHORT,
  '25006': READ_ONLY,
}
/** The session alone was ended, for being idle or slow in a transaction. */
const ofSession = new Set(['25P03', '25P04'])

const troubleOf = (error: unknown): Trouble | undefined => {
  const code = codeOf(error) ?? ''
  if (ofSession.has(code)) return undefined
  return byCode[code] ?? (isLost(error) ? AWAY : undefined)
}

/** Milliseconds without a failure after which what succeeds says that it is over: until then one may succeed by chance. */
const QUIET = 5_000

/** What those who use a server report, for one line in the log when trouble begins and one when it is over. */
export interface Outage {
  /** Something failed; marks the error where it belongs to trouble that is in the log now. Answers the error. */
  failed<E>(error: E): E
  succeeded(kind: 'read' | 'write'): void
}

/** The outages of the servers this process uses, by their address. */
export type Outages = (server: { readonly host: string; readonly port: number }) => Outage

const outage = (server: string, { runtime, log }: { readonly runtime: Runtime; readonly log: Logger }): Outage => {
  const open = new Map<Trouble, { since: number; last: number; failures: number }>()
  return {
    failed: (error) => {
      const trouble = troubleOf(error)
      if (!trouble) return error
      const now = runtime.now()
      const known = open.get(trouble)
      if (known) {
        known.last = now
        known.failures++
      } else {
        open.set(trouble, { since: now, last: now, failures: 1 })
        const { message } = error as Error
        log.warn({ server, trouble: trouble.kind, code: codeOf(error), why: message }, trouble.begins)
      }
      return markLogged(error)
    },
    succeeded: (kind) => {
      if (open.size === 0) return
      const now = runtime.now()
      for (const [trouble, { since, last, failures }] of open) {
        if ((trouble.ofWrites && kind === 'read') || now - last < QUIET) continue
        open.delete(trouble)
        // As loud as its begin: who heard that must hear this, at whatever level.
        log.warn({ server, trouble: trouble.kind, failures, seconds: Math.round((last - since) / 1_000) }, trouble.ends)
      }
    },
  }
}

/** Makes the outages of a process, which all its stores share: however many meet one, it is in the log once. */
export const outages = (given: { readonly runtime: Runtime; readonly log: Logger }): Outages => {
  const known = new Map<string, Outage>()
  return ({ host, port }) => {
    const server = `${host}:${port}`
    const found = known.get(server) ?? outage(server, given)
    known.set(server, found)
    return found
  }
}
