import { asyncApiOf } from '#kernel/documents/asyncapi.ts'
import { type Contract, type EventType, isForOutside } from '#kernel/contract.ts'
import type { FaultDefinition } from '#kernel/fault.ts'
import { commonFaults } from '#kernel/faults.ts'
import { openApiOf, type OpenApiDocument } from '#kernel/documents/openapi.ts'
import { CROSS_SITE } from '../identity/cross-site.ts'
import { httpFaults } from '../http/faults.ts'

/** What the shop says of its own API. Made once, when first asked for. */
export interface Documents {
  readonly openApi: () => OpenApiDocument
  /** As JSON, in bytes that are always the same ones. */
  readonly openApiBytes: () => Buffer
  readonly asyncApiBytes: () => Buffer
  /** Every fault a caller can meet, by code. */
  readonly faults: () => readonly FaultDefinition[]
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

const VERSION = '0.1.0'

/** Makes the documents; topics of events are named with `topicPrefix`. */
export const documents = (
  contracts: readonly Contract<any>[],
  events: readonly EventType<any>[],
  topicPrefix?: string,
): Documents => {
  const openApi = once(() => openApiOf(contracts, { version: VERSION, unsafeFaults: [CROSS_SITE] }))
  return {
    openApi,
    openApiBytes: once(() => Buffer.from(JSON.stringify(openApi()))),
    asyncApiBytes: once(() => Buffer.from(JSON.stringify(asyncApiOf(events, VERSION, topicPrefix)))),
    faults: once(() => {
      const reachable = (contracts as readonly Contract[]).flatMap((each) =>
        Object.values(each.operations).filter((operation) => operation.path && isForOutside(operation)),
      )
      const all = [...commonFaults, ...httpFaults, CROSS_SITE, ...reachable.flatMap((each) => each.faults ?? [])]
      return [...new Map(all.map((each) => [each.code, each])).values()].sort((a, b) => (a.code < b.code ? -1 : 1))
    }),
  }
}
