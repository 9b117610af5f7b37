import type { EventType } from '../contract.ts'
import { sourceOf } from '../contract.ts'
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts'

const camel = (name: string): string => name.replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase())

/** Version of AsyncAPI's words for Kafka. */
const BINDING = '0.5.0'

const headersOf = ({ name, version }: EventType<any>): JsonSchema => ({
  type: 'object',
  required: ['event-id', 'event-xid', 'event-name', 'event-version', 'event-at'],
  properties: {
    'event-id': { type: 'string', description: 'Its source and number there: what was taken in once is known by it' },
    'event-xid': { type: 'string', description: 'With the number, its place in the log of its source' },
    'event-name': { type: 'string', const: name },
    'event-version': { type: 'string', const: String(version) },
    'event-at': { type: 'string', description: 'When it was told, in milliseconds since 1970' },
    traceparent: { type: 'string', description: 'The span that told it, where it was traced' },
  },
})

/**
 * The AsyncAPI 3 document of the events services tell the world: one channel for each service's log, which is a topic
 * where events travel by Kafka; the names of topics begin with `prefix`.
 */
export const asyncApiOf = (events: readonly EventType<any>[], version: string, prefix = 'jangteo.'): JsonSchema => {
  const sources = [...new Set(events.map((each) => sourceOf(each.name)))]
  const of = (source: string) => events.filter((each) => sourceOf(each.name) === source)
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Jangteo events',
      version,
      description: 'What services tell the world: at least once on the wire, in order for each key.',
    },
    channels: Object.fromEntries(
      sources.map((source) => [
        source,
        {
          address: `${prefix}${source}`,
          description: `What the ${source} service tells; what has the same key comes in order.`,
          bindings: { kafka: { topic: `${prefix}${source}`, bindingVersion: BINDING } },
          messages: Object.fromEntries(
            of(source).map((each) => [camel(each.name), { $ref: `#/components/messages/${camel(each.name)}` }]),
          ),
        },
      ]),
    ),
    operations: Object.fromEntries(
      events.map((each) => [
        `tell${camel(`.${each.name}`)}`,
        {
          action: 'send',
          channel: { $ref: `#/channels/${sourceOf(each.name)}` },
          summary: each.summary,
          messages: [{ $ref: `#/channels/${sourceOf(each.name)}/messages/${camel(each.name)}` }],
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        events.map((each) => [
          camel(each.name),
          {
            name: each.name,
            title: each.name,
            summary: each.summary,
            contentType: 'application/json',
            headers: headersOf(each),
            bindings: {
              kafka: {
                key: { type: 'string', description: `The payload's ${each.key}: orders what is told of the same one` },
                bindingVersion: BINDING,
              },
            },
            payload: jsonSchemaOf(each.payload, 'output'),
          },
        ]),
      ),
    },
  }
}
