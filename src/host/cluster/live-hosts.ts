import type { Logger } from 'pino'
import { clientOf, systemContext, type Endpoint } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import type { Client } from '#kernel/contract.ts'
import { DEADLINE_EXCEEDED } from '#kernel/faults.ts'
import { hostContract, type HostSeen, type Platform } from '#kernel/reports/platform.ts'
import { remoteEndpoint, type RemoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import type { HostTls } from '#kernel/remote/security/tls.ts'
import type { CallerTokens } from '#kernel/remote/security/token.ts'
import { hostReportSchema, type HostReport } from '#kernel/reports/host-report.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ExpectedHost } from './expected-hosts.ts'

/** Milliseconds a host's report is cached. */
const FRESH = 900

/** Timeout in milliseconds for a host that did not answer the last time. */
const SILENT = 150

/** Caller name of these calls. */
const CALLER = 'status'

const idOf = ({ name, origin }: ExpectedHost): string => (origin === null ? name : origin.replace(/^https?:\/\//, ''))

const reported = (report: HostReport): HostSeen['state'] => {
  if (report.leaving) return 'leaving'
  return report.checks.every((each) => each.status === 'up' || !each.needed) ? 'up' : 'down'
}

const isSilent = ({ state, why }: HostSeen): boolean => state === 'silent' && why !== null

/** Another process that is polled. */
interface Watched {
  readonly client: Client<typeof hostContract>
  seen: HostSeen
  asked: number
  asking: Promise<void> | undefined
  readonly close: () => Promise<void>
}

type Look = { report: HostReport } | { why: NonNullable<HostSeen['why']> }

const look = async (client: Watched['client']): Promise<Look> => {
  try {
    const parsed = hostReportSchema.safeParse(await client.report({}))
    return parsed.success ? { report: parsed.data } : { why: 'strange' }
  } catch (error) {
    return { why: DEADLINE_EXCEEDED.is(error) ? 'late' : 'refused' }
  }
}

/**
 * The processes of the shop as this one sees them: itself, and those that `expected` names, each asked over its internal
 * port. What is not named any more is forgotten.
 */
export const liveHosts = (given: {
  /** This process. */
  readonly self: { readonly endpoint: Endpoint; readonly origin: string | null }
  readonly expected: () => readonly ExpectedHost[]
  readonly tokens: CallerTokens | undefined
  readonly tls: HostTls | undefined
  readonly runtime: Runtime
  readonly log: Logger
}): Platform & { close(): Promise<void> } => {
  const { self, expected, tokens, runtime } = given
  // That a host is silent is what is to be found out here, again and again: no news for the log.
  const log = given.log.child({ part: 'hosts' }, { level: 'error' })
  const all = new Map<string, Watched>()

  const open = (origin: string): RemoteEndpoint =>
    remoteEndpoint({
      contract: hostContract,
      origins: [origin],
      tls: given.tls,
      tokens: tokens!,
      runtime,
      log,
      // A circuit breaker would hide that it is back.
      limits: { retries: 0, connections: 4, failures: Number.MAX_SAFE_INTEGER },
    })

  const watch = (each: ExpectedHost): Watched => {
    const isSelf = each.origin === self.origin
    const remote = isSelf || each.origin === null ? undefined : open(each.origin)
    const missing = !isSelf && each.origin === null
    const endpoint = remote ?? self.endpoint
    const { name, runs, weight, zone } = each
    return {
      client: clientOf(hostContract, CALLER, () => endpoint, runtime),
      seen: {
        id: idOf(each),
        name,
        runs,
        weight,
        zone,
        state: 'silent',
        since: runtime.now(),
        why: missing ? 'missing' : null,
        report: null,
        reportedAt: null,
      },
      // A host without an address cannot be called: nothing else is known of it.
      asked: missing ? Infinity : -Infinity,
      asking: undefined,
      close: async () => remote?.close(),
    }
  }

  const ask = async (one: Watched, now: number): Promise<void> => {
    one.asked = now
    // On nobody's behalf: looking leaves no span in the traces that are looked at.
    const found = await withContext(systemContext(CALLER, runtime, 2_000), () => look(one.client))
    const { seen } = one
    const state = 'report' in found ? reported(found.report) : 'silent'
    const isFirst = seen.report === null && seen.why === null
    const since = seen.state === state && !isFirst ? seen.since : now
    one.seen =
      'report' in found
        ? { ...seen, state, since, why: null, report: found.report, reportedAt: now }
        : { ...seen, state, since, why: found.why }
    one.asking = undefined
  }

  const follow = (): readonly Watched[] => {
    const named = expected()
    const known = new Set(named.map(idOf))
    for (const [id, left] of all) {
      if (known.has(id)) continue
      all.delete(id)
      void left.close()
    }
    return named.map((each) => {
      const id = idOf(each)
      const { name, runs, weight, zone } = each
      let one = all.get(id)
      if (one) one.seen = { ...one.seen, name, runs, weight, zone }
      else all.set(id, (one = watch(each)))
      return one
    })
  }

  return {
    hosts: async () => {
      const now = runtime.now()
      const looked = follow()
      await Promise.all(
        looked.map((each) => {
          if (!each.asking && now - each.asked > (isSilent(each.seen) ? SILENT : FRESH)) each.asking = ask(each, now)
          // A host known to be silent gets the short timeout; a later answer is used by the next report.
          return isSilent(each.seen) ? Promise.race([each.asking, runtime.sleep(SILENT)]) : each.asking
        }),
      )
      return looked.map((each) => each.seen)
    },
    host: (id) => {
      follow()
      const found = all.get(id)
      if (!found || found.seen.why === 'missing') return undefined
      // The caller may be about to change the host: its cached report is invalidated.
      found.asked = -Infinity
      return found.client
    },
    close: async () => {
      await Promise.all([...all.values()].map((each) => each.close()))
    },
  }
}
