import type { MetricsReader } from '../observability/metrics/metrics-token.ts'
import type { Overrides } from './limits/policies.ts'

/** What the edge can be told. Everything has a default that is safe. */
export interface GatewaySettings {
  /** Secure cookies and strict transport security: for a shop that is reached by https. */
  readonly production: boolean
  /** Origins besides the shop's own whose pages may call the API: `https://admin.example.com`. */
  readonly corsOrigins: readonly string[]
  /** Whether `X-Forwarded-For` of the nearest proxy is believed. */
  readonly trustProxy: boolean | string
  /** Bytes of a request's body at most. */
  readonly bodyLimit: number
  /** Milliseconds a client may take to send its headers, and the whole request. */
  readonly headersTimeout: number
  readonly requestTimeout: number
  /** Limits that differ from those of contracts and classes, by name. */
  readonly rateLimits: Overrides
  /** What the calls of every limit are multiplied by; 0 lifts all. */
  readonly rateLimitFactor: number
  /** Shares of customers that get another version of a service: `product@1.2=10`, commas between. */
  readonly canary: string
  /** Who may read metrics and details of health here: nobody, anybody, or whoever shows this token. */
  readonly metrics: 'nobody' | MetricsReader
  /** Milliseconds between two looks at sign-ins that ended; the bound for refusing their tokens is this and one call. */
  readonly revocationPoll: number
  /** Milliseconds between two looks at new notifications while somebody listens. */
  readonly streamPoll: number
  /** Milliseconds between two pings of a listener; one that has not answered the last is cut off. */
  readonly streamPing: number
  /** Connections to the notification stream at most, in this process and for one member. */
  readonly streamLimit: number
  readonly streamLimitPerMember: number
}

export const gatewayDefaults: GatewaySettings = {
  production: false,
  corsOrigins: [],
  trustProxy: false,
  rateLimits: new Map(),
  rateLimitFactor: 1,
  canary: '',
  metrics: 'anybody',
  bodyLimit: 1_048_576,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  revocationPoll: 1_000,
  streamPoll: 200,
  streamPing: 30_000,
  streamLimit: 10_000,
  streamLimitPerMember: 10,
}
