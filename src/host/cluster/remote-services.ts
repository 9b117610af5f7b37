import type { Logger } from 'pino'
import type { Endpoint } from '#kernel/call.ts'
import type { Contract } from '#kernel/contract.ts'
import { remoteEndpoint, type RemoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import type { Registry } from '#kernel/remote/instances/registry.ts'
import type { HostTls } from '#kernel/remote/security/tls.ts'
import type { CallerTokens } from '#kernel/remote/security/token.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** The services that run in other hosts. */
export interface Remotes {
  /** Where a service is reached; made when it is first asked for. */
  readonly endpoint: (service: string) => Endpoint | undefined
  /** Every endpoint made so far, by service: for metrics and the status page. */
  readonly all: () => ReadonlyMap<string, RemoteEndpoint>
  close(): Promise<void>
}

export const remotes = (
  contracts: readonly Contract[],
  given: {
    readonly registry: Registry
    readonly tokens: CallerTokens
    readonly zone: string | undefined
    readonly tls?: HostTls | undefined
    readonly runtime: Runtime
    readonly log: Logger
  },
): Remotes => {
  const { registry, zone, ...rest } = given
  const byName = new Map(contracts.map((each) => [each.name, each]))
  const made = new Map<string, RemoteEndpoint>()
  return {
    endpoint: (service) => {
      const known = made.get(service)
      if (known) return known
      const contract = byName.get(service)
      if (!contract) return undefined
      const endpoint = remoteEndpoint({
        contract,
        origins: () => registry.places(service),
        ...(zone !== undefined && { zone }),
        ...rest,
      })
      made.set(service, endpoint)
      return endpoint
    },
    all: () => made,
    close: async () => {
      await Promise.all([...made.values()].map((each) => each.close()))
    },
  }
}
