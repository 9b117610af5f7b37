import type { EventType } from './contract.ts'
import { sourceOf } from './contract.ts'
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts'

const camel = (name: string): string => name.replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase())

/** The AsyncAPI 3 document of the events services tell the world: one channel for each service's log. */
export const asyncApiOf = (events: readonly EventType<any>[], version: string): JsonSchema => {
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
          address: `jangteo.${source}`,
          description: `What the ${source} service tells.`,
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
            headers: {
              type: 'object',
              properties: {
                version: { type: 'integer', const: each.version },
                key: { type: 'string', description: `The payload's ${each.key}: orders what is told of the same one` },
              },
            },
            payload: jsonSchemaOf(each.payload, 'output'),
          },
        ]),
      ),
    },
  }
}
