import type { HostSeen, Platform } from '#kernel/reports/platform.ts'
import type { Tools } from '#kernel/service.ts'
import { HOST_SILENT } from './contract.ts'

type Client = NonNullable<ReturnType<Platform['host']>>

/** Hosts that may answer for a service, the healthy first. */
const runningIt = (hosts: readonly HostSeen[], service: string): HostSeen[] => {
  const rank = { up: 0, down: 1, leaving: 2, silent: 3 } as const
  return hosts
    .filter((each) => each.state !== 'silent' && (each.report?.runs ?? each.runs).includes(service))
    .toSorted((a, b) => rank[a.state] - rank[b.state])
}

/** Asks one of the hosts that run a service; the next when one does not answer. Throws HOST_SILENT when none does. */
export const askOneOf = async <T>(
  { platform, log }: Pick<Tools, 'platform' | 'log'>,
  hosts: readonly HostSeen[],
  service: string,
  ask: (client: Client) => Promise<T>,
): Promise<T> => {
  for (const { id, name } of runningIt(hosts, service)) {
    const client = platform.host(id)
    if (!client) continue
    try {
      return await ask(client)
    } catch (error) {
      log.warn({ err: error, host: name, service }, 'A host did not answer for its service')
    }
  }
  throw HOST_SILENT({ host: service })
}
