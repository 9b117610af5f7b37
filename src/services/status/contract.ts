import { z } from 'zod'
import { contract, instantSchema, nothing, pageInput, pageOf, staff } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { shortProse } from '#kernel/text/one-line.ts'
import { placeSchema, setAsideSchema } from '#kernel/reports/platform.ts'
import { hostReportSchema, logLevelSchema, ratesSchema } from '#kernel/reports/host-report.ts'

/** A process of the shop as staff see it. */
export const instanceOutput = z.object({
  /** Names it: its address, or the shop's name where there is but one. */
  id: z.string(),
  name: z.string(),
  runs: z.array(z.string()),
  weight: z.number(),
  zone: z.string().nullable(),
  /** `down`: it says itself that something it needs is away. `silent`: it does not answer. */
  state: z.enum(['up', 'down', 'leaving', 'silent']),
  /** Since when, as far as was seen. */
  since: instantSchema,
  /** Why it is silent. */
  why: z.enum(['refused', 'late', 'strange', 'missing']).nullable(),
  /** What it told last; a silent one told it before. */
  report: hostReportSchema.nullable(),
  reportedAt: instantSchema.nullable(),
})
export type Instance = z.output<typeof instanceOutput>

const health = z.enum(['up', 'degraded', 'down'])
export type Health = z.output<typeof health>

/** A part of the shop in the picture: a service or the gateway, over all hosts that run it. */
export const nodeOutput = z.object({
  name: z.string(),
  state: health,
  hosts: z.array(z.object({ id: z.string(), name: z.string(), state: instanceOutput.shape.state })),
  /** Calls answered in the last minute, on all hosts. */
  calls: z.int(),
  errors: z.int(),
})
export type Node = z.output<typeof nodeOutput>

/** Calls of one part to another in the last minute. Over several hosts p99 is the largest. */
export const edgeOutput = ratesSchema.extend({ from: z.string(), to: z.string() })
export type Edge = z.output<typeof edgeOutput>

/** Events of one service that another takes in. */
export const flowOutput = z.object({
  from: z.string(),
  to: z.string(),
  consumer: z.string(),
  /** Events not taken in yet; null where that is not known. */
  behind: z.int().nullable(),
  since: instantSchema.nullable(),
})
export type Flow = z.output<typeof flowOutput>

/** Something hosts stand on. */
export const engineOutput = z.object({
  name: z.string(),
  state: health,
  /** Hosts that reach it, and those that do not. */
  up: z.array(z.string()),
  down: z.array(z.string()),
})

export const topologyOutput = z.object({
  at: instantSchema,
  nodes: z.array(nodeOutput),
  edges: z.array(edgeOutput),
  flows: z.array(flowOutput),
  engines: z.array(engineOutput),
  /** Hosts whose part in this is missing, because they do not answer. */
  silent: z.array(z.string()),
})
export type Topology = z.output<typeof topologyOutput>

const reason = shortProse(2, 500)

export const actionOutput = z.object({
  id: z.uuid(),
  at: instantSchema,
  /** Who did it; null for the shop itself. */
  memberId: z.uuid().nullable(),
  what: z.enum(['LOG_LEVEL', 'REDRIVE']),
  target: z.string(),
  value: z.string(),
  reason: z.string(),
  outcome: z.string().nullable(),
})
export type Action = z.output<typeof actionOutput>

export const HOST_UNKNOWN = fault<{ host: string } | undefined>('HOST_UNKNOWN', 404, {
  ko: '그런 호스트가 없습니다. 목록을 새로 고쳐 주세요.',
  en: 'There is no such host. Please reload the list.',
})
export const HOST_SILENT = fault<{ host: string } | undefined>('HOST_SILENT', 503, {
  ko: '호스트가 응답하지 않아 아무것도 바꾸지 못했습니다. 잠시 후 다시 시도해 주세요.',
  en: 'The host does not answer; nothing was changed. Please try again later.',
})
export const NOT_DEAD = fault('NOT_DEAD', 409, {
  ko: '이미 다시 처리되었거나 없는 이벤트입니다. 목록을 새로 고쳐 주세요.',
  en: 'The event is no longer set aside for a person. Please reload the list.',
})

export const traceId = z.string().regex(/^[0-9a-f]{32}$/)

/** A trace in a line, as far as the hosts that answer still know it. */
export const traceLineOutput = z.object({
  traceId,
  name: z.string(),
  services: z.array(z.string()),
  hosts: z.array(z.string()),
  began: instantSchema,
  /** Milliseconds. */
  ms: z.number(),
  spans: z.int(),
  failures: z.int(),
})
export type TraceLine = z.output<typeof traceLineOutput>

export const traceSpanOutput = z.object({
  spanId: z.string(),
  /** Null for the first, and where the span it is part of is not known. */
  parentId: z.string().nullable(),
  name: z.string(),
  kind: z.string(),
  service: z.string(),
  /** Milliseconds after the beginning of the trace, by the clock of its host. */
  after: z.number(),
  ms: z.number(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  failure: z.string().nullable(),
})
export type TraceSpan = z.output<typeof traceSpanOutput>

export const TRACE_UNKNOWN = fault('TRACE_UNKNOWN', 404, {
  ko: '이 추적은 더 이상 남아 있지 않습니다.',
  en: 'This trace is not kept any more.',
})

export const status = contract('status', {
  instances: {
    summary: 'Every process of the shop that is there or should be, with what it tells of itself.',
    method: 'GET',
    path: '/status/instances',
    access: staff('operations'),
    input: nothing,
    output: z.object({ at: instantSchema, items: z.array(instanceOutput) }),
  },
  topology: {
    summary: 'Who calls whom, how often and how well, and whose events are taken in by whom, in the last minute.',
    method: 'GET',
    path: '/status/topology',
    access: staff('operations'),
    input: nothing,
    output: topologyOutput,
  },
  traces: {
    summary: 'Traces of late over all hosts, latest first; those of looking at the status are left out.',
    method: 'GET',
    path: '/status/traces',
    access: staff('operations'),
    input: nothing,
    output: z.object({ items: z.array(traceLineOutput), silent: z.array(z.string()) }),
  },
  trace: {
    summary:
      'The spans of one trace, from all hosts and from Zipkin where it is set, each after the span it is part of.',
    method: 'GET',
    path: '/status/traces/{traceId}',
    access: staff('operations'),
    input: z.object({ traceId }),
    output: z.object({
      traceId,
      began: instantSchema,
      ms: z.number(),
      spans: z.array(traceSpanOutput),
      /** Who could not be asked: hosts, and `zipkin`. */
      silent: z.array(z.string()),
    }),
    faults: [TRACE_UNKNOWN],
  },
  setLogLevel: {
    summary: 'Says how much one host, or every one, logs until it ends. Hosts that do not answer are named.',
    method: 'PUT',
    path: '/status/log-level',
    access: staff('operations'),
    repeatable: true,
    input: z.object({
      /** An instance's id; left out, all of them. */
      host: z.string().max(300).optional(),
      /** A service of it; left out, all it runs. */
      service: z.string().max(50).optional(),
      level: logLevelSchema,
      reason,
    }),
    output: z.object({ changed: z.array(z.string()), silent: z.array(z.string()) }),
    faults: [HOST_UNKNOWN, HOST_SILENT],
  },
  deadLetters: {
    summary: 'Events that services could not take in, over all services: those that wait for a person first.',
    method: 'GET',
    path: '/status/dead-letters',
    access: staff('operations'),
    input: nothing,
    output: z.object({
      items: z.array(setAsideSchema),
      /** Services that could not be asked. */
      unread: z.array(z.string()),
    }),
  },
  redrive: {
    summary: 'Has a dead event tried again now, and those that wait behind it after it.',
    method: 'POST',
    path: '/status/dead-letters/redrive',
    access: staff('operations'),
    repeatable: true,
    status: 204,
    input: placeSchema.extend({ reason }),
    output: z.void(),
    faults: [NOT_DEAD, HOST_SILENT],
  },
  actions: {
    summary: 'What staff did to running hosts, newest first.',
    method: 'GET',
    path: '/status/actions',
    access: staff('operations'),
    input: z.object({ ...pageInput, cursor: z.uuid().optional() }),
    output: pageOf(actionOutput),
  },
})
