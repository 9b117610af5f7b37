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
  status: HostSeen
  polledAt: number
  polling: Promise<void> | undefined
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
      status: {
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
      polledAt: missing ? Infinity : -Infinity,
      polling: undefined,
      close: async () => remote?.close(),
    }
  }

  const poll = async (one: Watched, now: number): Promise<void> => {
    one.polledAt = now
    // On nobody's behalf: looking leaves no span in the traces that are looked at.
    const found = await withContext(systemContext(CALLER, runtime, 2_000), () => look(one.client))
    const { status } = one
    const state = 'report' in found ? reported(found.report) : 'silent'
    const isFirst = status.report === null && status.why === null
    const since = status.state === state && !isFirst ? status.since : now
    one.status =
      'report' in found
        ? { ...status, state, since, why: null, report: found.report, reportedAt: now }
        : { ...status, state, since, why: found.why }
    one.polling = undefined
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
      if (one) one.status = { ...one.status, name, runs, weight, zone }
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
          if (!each.polling && now - each.polledAt > (isSilent(each.status) ? SILENT : FRESH))
            each.polling = poll(each, now)
          // A host known to be silent gets the short timeout; a later answer is used by the next report.
          return isSilent(each.status) ? Promise.race([each.polling, runtime.sleep(SILENT)]) : each.polling
        }),
      )
      return looked.map((each) => each.status)
    },
    host: (id) => {
      follow()
      const found = all.get(id)
      if (!found || found.status.why === 'missing') return undefined
      // The caller may be about to change the host: its cached report is invalidated.
      found.polledAt = -Infinity
      return found.client
    },
    close: async () => {
      await Promise.all([...all.values()].map((each) => each.close()))
    },
  }
}
