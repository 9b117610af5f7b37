import type { Logger } from 'pino'
import type { Endpoint } from '#kernel/call.ts'
import type { Contract } from '#kernel/contract.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { Tracer } from '#kernel/tracing/trace.ts'
import type { AccessLog } from './api/access-log.ts'
import type { AllowedMethods } from './api/allowed-methods.ts'
import type { ChooseVersions } from './api/canary.ts'
import type { DeadlineWatcher } from './api/deadline-watcher.ts'
import type { Limits } from './limits/limits.ts'
import type { Metrics } from '../observability/metrics/metrics.ts'
import type { Revocations } from './identity/revocations.ts'
import type { Sessions } from './identity/sessions.ts'
import type { GatewaySettings } from './settings.ts'
import type { Tokens } from './identity/tokens.ts'

/** What the parts of the gateway share. */
export interface Edge {
  readonly settings: GatewaySettings
  readonly runtime: Runtime
  readonly log: Logger
  /** Contracts of the services behind it. */
  readonly contracts: readonly Contract[]
  readonly endpointOf: (service: string) => Endpoint
  readonly tokens: Tokens
  readonly revocations: Revocations
  readonly sessions: Sessions
  readonly deadlineWatcher: DeadlineWatcher
  readonly metrics: Metrics
  readonly limits: Limits
  /** Chooses versions of services for a request. */
  readonly versions: ChooseVersions
  readonly tracer: Tracer
  readonly accessLog: AccessLog | undefined
  /** Which methods each path takes. */
  readonly allowed: AllowedMethods
  /** Origins whose pages may call the API. */
  readonly trusted: ReadonlySet<string>
  /** Headers of every answer of the API: name, value, name, value. */
  readonly apiHeaders: readonly string[]
  /** Adds CORS headers for an origin on the list. */
  readonly cors: (origin: string, headers: string[]) => void
  /** Whether the gateway takes no new connections. */
  readonly closing: () => boolean
}
