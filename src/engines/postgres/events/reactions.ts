import { sourceOf } from '#kernel/contract.ts'
import type { Consumer, Delivered, Reaction } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import { caused, causeOf } from '#kernel/tracing/tracing.ts'
import type { Logged } from './log.ts'
import { payloadOf } from './payload.ts'

/** A consumer's reactions by the event's name. */
export type Reactions = ReadonlyMap<string, Reaction>

/** A consumer's reactions, by the source of their events. */
export const reactionsBySource = (consumer: Consumer): Map<string, Map<string, Reaction>> => {
  const sources = new Map<string, Map<string, Reaction>>()
  for (const each of consumer.reactions) {
    const source = sourceOf(each.event.name)
    const reactions = sources.get(source) ?? new Map<string, Reaction>()
    sources.set(source, reactions.set(each.event.name, each))
  }
  return sources
}

/** The event with its payload as the reaction knows it. One that cannot be read is set aside like any that fails. */
const delivered = (event: Logged, reaction: Reaction): Delivered<unknown> => {
  const made = { ...event, payload: payloadOf(event, reaction.event) }
  const span = causeOf(event)
  if (span) {
    caused(made, span)
    caused(made.payload, span)
  }
  return made
}

/**
 * Applies the reactions to events in order, a run of one type at a time. Payloads are parsed by the consumer's own
 * schema: members it does not know are dropped.
 */
export const react = async (reactions: Reactions, events: readonly Logged[], tx: Tx): Promise<void> => {
  let from = 0
  while (from < events.length) {
    const reaction = reactions.get(events[from]!.name)!
    let to = from + 1
    while (to < events.length && events[to]!.name === reaction.event.name) to++
    const run = events.slice(from, to).map((each): Delivered<unknown> => delivered(each, reaction))
    await reaction.react(run, tx)
    from = to
  }
}
