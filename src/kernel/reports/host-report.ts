import { z } from 'zod'
import { instantSchema } from '../contract.ts'

/** What was counted in the last minute; milliseconds, null where nothing was called. */
export const ratesSchema = z.object({
  calls: z.int(),
  /** Calls that ended in a fault of 500 and above: refusals of the business are answers. */
  errors: z.int(),
  p50: z.number().nullable(),
  p99: z.number().nullable(),
})
export type Rates = z.output<typeof ratesSchema>

/** One thing a host stands on. */
const checkSchema = z.object({
  name: z.string(),
  status: z.enum(['up', 'down']),
  ms: z.number(),
  /** False for what the shop can do without for a while. */
  needed: z.boolean(),
  /** Why it is down. */
  why: z.string().nullable(),
})

/** An instance of another service as the reporting host finds it. */
const remoteInstanceSchema = z.object({
  origin: z.string(),
  host: z.string().nullable(),
  inFlight: z.int(),
  breaker: z.enum(['closed', 'half-open', 'open']),
  /** The breaker's last change; null where it never changed. */
  breakerSince: instantSchema.nullable(),
  /** Times the breaker opened, let a call through to see, and closed again. */
  opened: z.int(),
  tried: z.int(),
  closed: z.int(),
  /** Part of its weight it is given: 0 while it is left out. */
  share: z.number(),
})

/** How far a consumer is behind a log, or what it reads from. */
const lagSchema = z.object({
  service: z.string(),
  consumer: z.string(),
  source: z.string(),
  /** Null where its log cannot be read now. */
  behind: z.int().nullable(),
  /** When the oldest event not taken in was emitted. */
  since: instantSchema.nullable(),
})

/** The levels of the log, from the most to the least that is said. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export const logLevelSchema = z.enum(logLevels)
export type LogLevel = z.output<typeof logLevelSchema>

/** What a process of the shop tells of itself. Times are of its own clock; counts are of the last minute where they say so. */
export const hostReportSchema = z.object({
  name: z.string(),
  /** Made anew at each start. */
  instance: z.string(),
  version: z.string(),
  /** Which configuration it runs; null where none was given. */
  config: z.string().nullable(),
  origin: z.string().nullable(),
  /** Services and parts it runs. */
  runs: z.array(z.string()),
  weight: z.number(),
  zone: z.string().nullable(),
  startedAt: instantSchema,
  at: instantSchema,
  leaving: z.boolean(),
  checks: z.array(checkSchema),
  process: z.object({
    pid: z.int(),
    node: z.string(),
    /** Bytes. */
    rss: z.number(),
    heapUsed: z.number(),
    heapLimit: z.number(),
    /** Cores used, on average of the last minute. */
    cpu: z.number(),
    /** Milliseconds the event loop was late, in the last minute. */
    loop: z.object({ p50: z.number(), p99: z.number() }),
  }),
  pools: z.array(z.object({ service: z.string(), open: z.int(), waiting: z.int() })),
  batches: z.array(
    z.object({ service: z.string(), operation: z.string(), batches: z.int(), inputs: z.int(), waiting: z.int() }),
  ),
  operations: z.array(ratesSchema.extend({ service: z.string(), operation: z.string() })),
  /** Calls this host's services and edge made, wherever the callee runs. */
  edges: z.array(ratesSchema.extend({ from: z.string(), to: z.string() })),
  remotes: z.array(
    z.object({
      service: z.string(),
      inFlight: z.int(),
      waiting: z.int(),
      refused: z.int(),
      retried: z.int(),
      instances: z.array(remoteInstanceSchema),
    }),
  ),
  lags: z.array(lagSchema),
  /** Events set aside, by service; `dead` ones wait for a person. */
  setAside: z.array(z.object({ service: z.string(), all: z.int(), dead: z.int() })),
  /** Services whose store could not tell lags and events set aside. */
  unread: z.array(z.string()),
  logLevel: logLevelSchema,
})
export type HostReport = z.output<typeof hostReportSchema>
