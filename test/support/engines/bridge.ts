import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Endpoint } from '#kernel/call.ts'
import type { Contract } from '#kernel/contract.ts'
import { remoteEndpoint, type RemoteEndpoint, type RemoteLimits } from '#kernel/remote/client/endpoint.ts'
import type { Served } from '#kernel/remote/server/routes.ts'
import { startInternalServer, type InternalServer } from '#kernel/remote/server/server.ts'
import { callerTokens, type CallerTokens } from '#kernel/remote/security/token.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Puts real HTTP between callers and services that run in this process. */
export interface Bridge {
  readonly server: InternalServer
  readonly tokens: CallerTokens
  /** Serves `endpoint` on the internal port and answers one that reaches it there. */
  readonly between: (contract: Contract, endpoint: Endpoint, limits?: Partial<RemoteLimits>) => RemoteEndpoint
  close(): Promise<void>
}

export const startBridge = async (runtime: Runtime, log: Logger): Promise<Bridge> => {
  const tokens = callerTokens([randomBytes(32).toString('base64url')], runtime)
  const served = new Map<string, Served>()
  const remotes: RemoteEndpoint[] = []
  const server = await startInternalServer({
    host: '127.0.0.1',
    port: 0,
    served: (service) => served.get(service),
    tokens,
    runtime,
    log,
  })
  return {
    server,
    tokens,
    between: (contract, endpoint, limits = {}) => {
      served.set(contract.name, { contract, endpoint })
      const remote = remoteEndpoint({ contract, origins: [server.origin], tokens, runtime, log, limits })
      remotes.push(remote)
      return remote
    },
    close: async () => {
      await Promise.all(remotes.map((each) => each.close()))
      await server.close()
    },
  }
}
