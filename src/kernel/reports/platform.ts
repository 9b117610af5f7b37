import { z } from 'zod'
import type { Client } from '../contract.ts'
import { contract, instantSchema, nothing } from '../contract.ts'
import { spanSchema, traceSummarySchema } from './trace-report.ts'
import { hostReportSchema, logLevelSchema, type HostReport } from './host-report.ts'

/** Milliseconds a host is given to tell of itself. */
const REPORT_DEADLINE = 1_000

/** An event that could not be taken in, as staff see it: its payload may tell of people and stays where it is. */
export const setAsideSchema = z.object({
  service: z.string(),
  consumer: z.string(),
  source: z.string(),
  id: z.int(),
  name: z.string(),
  version: z.int(),
  key: z.string(),
  /** When it was emitted, and of the next try. */
  at: instantSchema,
  nextAt: instantSchema,
  state: z.enum(['RETRYING', 'WAITING', 'DEAD']),
  attempts: z.int(),
  error: z.string().nullable(),
})

/** Names one event set aside. */
export const placeSchema = z.object({
  service: z.string().max(50),
  consumer: z.string().max(100),
  source: z.string().max(50),
  id: z.int().min(0),
})

/**
 * What every process of the shop answers to the others, whatever services it runs. Only services call it, on the internal
 * port and with a token of the shop.
 */
export const hostContract = contract('host', {
  report: {
    summary: 'What this process tells of itself.',
    method: 'GET',
    access: 'service',
    deadline: REPORT_DEADLINE,
    input: nothing,
    output: hostReportSchema,
  },
  setLogLevel: {
    summary: 'Says how much this process logs, until it ends or is told again. Answers what it was.',
    method: 'PUT',
    access: 'service',
    repeatable: true,
    deadline: 2_000,
    input: z.object({ level: logLevelSchema, service: z.string().max(50).optional() }),
    output: z.object({ before: logLevelSchema }),
  },
  traces: {
    summary: 'Traces of late that went through this process, latest first.',
    method: 'GET',
    access: 'service',
    deadline: REPORT_DEADLINE,
    input: nothing,
    output: z.object({ items: z.array(traceSummarySchema) }),
  },
  trace: {
    summary: 'The spans of one trace that this process made, in the order of their beginning.',
    method: 'GET',
    access: 'service',
    deadline: REPORT_DEADLINE,
    input: z.object({ traceId: z.string().regex(/^[0-9a-f]{32}$/) }),
    output: z.object({ spans: z.array(spanSchema) }),
  },
  setAside: {
    summary: 'Events that services of this process could not take in: the dead first.',
    method: 'GET',
    access: 'service',
    deadline: 2_000,
    input: z.object({ service: z.string().max(50) }),
    output: z.object({ items: z.array(setAsideSchema) }),
  },
  redrive: {
    summary: 'Has one dead event tried again now. False when it is not dead any more.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    deadline: 2_000,
    input: placeSchema,
    output: z.object({ redriven: z.boolean() }),
  },
})

/**
 * How a process is seen by another. `up` and `down` are what it says of itself (down: something it stands on is away),
 * `leaving` is about to end, `silent` does not answer.
 */
export type HostState = 'up' | 'down' | 'leaving' | 'silent'

/** A process of the shop that is there, or should be. */
export interface HostSeen {
  /** Names it among all: its address, or `here` where there is no other. */
  readonly id: string
  readonly name: string
  /** Services and parts it runs, or should. */
  readonly runs: readonly string[]
  readonly weight: number
  readonly zone: string | null
  readonly state: HostState
  /** Epoch milliseconds since when it is so, as far as was seen from here. */
  readonly since: number
  /** Why it is silent: nobody listens there, it was given a second, what it said was not understood, or it has no address. */
  readonly why: 'refused' | 'late' | 'strange' | 'missing' | null
  /** What it told last, and when; a silent one told it before. */
  readonly report: HostReport | null
  readonly reportedAt: number | null
}

/** The processes of the shop, as one of its services may see them. */
export interface Platform {
  /** All that answer or should, asked just now. A silent one is waited for once, and in the background after that. */
  hosts(): Promise<readonly HostSeen[]>
  /** One of them, to be asked; nothing for an id that is not known. */
  host(id: string): Client<typeof hostContract> | undefined
}

/** Of services that run without a host around them. */
export const noPlatform: Platform = { hosts: async () => [], host: () => undefined }
