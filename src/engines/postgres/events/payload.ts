import type { EventType } from '#kernel/contract.ts'
import type { Logged } from './log.ts'

/**
 * The payload of a logged event as its reader's schema knows it; members the schema does not know are dropped. Throws for
 * one that does not fit, and for a later version: growing changes no version, a new one means something else by the same
 * words.
 */
export const payloadOf = (event: Logged, { payload, version }: EventType): unknown => {
  if (event.version > version)
    throw new Error(`${event.name} is of version ${event.version}; up to ${version} is known here`)
  return payload.parse(event.payload)
}
