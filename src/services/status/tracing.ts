import type { HostSeen } from '#kernel/reports/platform.ts'
import type { Handlers, Tools } from '#kernel/service.ts'
import type { zipkinSetting } from '#kernel/settings/shared.ts'
import { TRACE_UNKNOWN, type status } from './contract.ts'
import { linesOf, waterfall } from './waterfall.ts'
import { askZipkin } from './zipkin-client.ts'

/** Traces of a list at most. */
const LINES = 100

/** Traces, put together from what each host remembers, and from Zipkin where there is one. */
export const tracing = ({
  platform,
  settings,
  log,
}: Pick<Tools<typeof zipkinSetting>, 'platform' | 'settings' | 'log'>): Pick<
  Handlers<typeof status>,
  'traces' | 'trace'
> => {
  const zipkin = settings.ZIPKIN_URL === '' ? undefined : askZipkin(settings.ZIPKIN_URL)

  /** Asks all hosts; one that does not answer is named, not waited for. */
  const askAll = async <T>(
    ask: (client: NonNullable<ReturnType<typeof platform.host>>, host: HostSeen) => Promise<T>,
  ) => {
    const hosts = await platform.hosts()
    const asked = await Promise.allSettled(
      hosts.map(async (host) => {
        const client = host.state === 'silent' ? undefined : platform.host(host.id)
        if (!client) throw new Error('It is silent')
        return ask(client, host)
      }),
    )
    return {
      told: asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
      silent: hosts.filter((_, i) => asked[i]!.status === 'rejected').map((each) => each.name),
    }
  }

  return {
    traces: async () => {
      const { told, silent } = await askAll(async (client, { name }) => ({ host: name, ...(await client.traces({})) }))
      return { items: linesOf(told, LINES), silent }
    },
    trace: async ({ traceId }) => {
      const kept = zipkin?.(traceId).catch((error: unknown) => {
        log.warn({ err: error }, 'Zipkin could not be asked for a trace')
        return undefined
      })
      const { told, silent } = await askAll((client) => client.trace({ traceId }))
      const more = await kept
      const missing = zipkin && more === undefined ? ['zipkin'] : []
      const found = waterfall([...(more ?? []), ...told.flatMap((each) => each.spans)])
      if (!found) throw TRACE_UNKNOWN()
      return { traceId, ...found, silent: [...silent, ...missing] }
    },
  }
}
