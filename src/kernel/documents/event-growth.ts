import { isDeepStrictEqual } from 'node:util'
import type { EventType } from '../contract.ts'
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts'

/** An event's contract as it was released: what is written, and what a consumer that knows it can read. */
export interface ReleasedEvent {
  readonly version: number
  readonly key: string
  readonly written: JsonSchema
  readonly read: JsonSchema
}

/** Contracts of events by name. */
export type ReleasedEvents = { readonly [name: string]: ReleasedEvent }

/** The contracts as they are now, in the order of their names. */
export const contractsOf = (events: readonly EventType<any>[]): ReleasedEvents =>
  Object.fromEntries(
    events
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, version, key, payload }) => [
        name,
        { version, key, written: jsonSchemaOf(payload, 'output'), read: jsonSchemaOf(payload, 'input') },
      ]),
  )

/** Words of a schema that say nothing about which values it has. */
const SAYS_NOTHING = new Set(['description', 'title', 'examples', 'default', '$id', 'id', 'deprecated'])
/** Words that `misfits` weighs; of any other it only knows whether it is the same. */
const WEIGHED = new Set([
  'type',
  'enum',
  'const',
  'anyOf',
  'oneOf',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
])

const alternatives = (schema: JsonSchema): readonly JsonSchema[] | undefined =>
  (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined

const valuesOf = (schema: JsonSchema): readonly unknown[] | undefined =>
  'const' in schema ? [schema['const']] : (schema['enum'] as readonly unknown[] | undefined)

const typesOf = (schema: JsonSchema): readonly string[] | undefined =>
  schema['type'] === undefined ? undefined : ([schema['type']].flat().map(String) as readonly string[])

const LEAST = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems']
const MOST = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems']

const boundMisfits = (written: JsonSchema, reader: JsonSchema, at: string): string[] =>
  [...LEAST, ...MOST].flatMap((bound) => {
    const asked = reader[bound] as number | undefined
    if (asked === undefined) return []
    const given = written[bound] as number | undefined
    const fits = given !== undefined && (LEAST.includes(bound) ? given >= asked : given <= asked)
    return fits ? [] : [`${at}: ${bound} is ${given ?? 'not given'} where it is written, ${asked} where it is read`]
  })

const objectMisfits = (written: JsonSchema, reader: JsonSchema, at: string): string[] => {
  const inside = (schema: JsonSchema) => (schema['properties'] ?? {}) as Record<string, JsonSchema>
  const always = new Set(written['required'] as readonly string[] | undefined)
  const found = ((reader['required'] ?? []) as readonly string[])
    .filter((name) => !always.has(name))
    .map((name) => `${at}.${name}: must be there where it is read, but need not where it is written`)
  for (const [name, schema] of Object.entries(inside(reader))) {
    const theirs = inside(written)[name]
    if (theirs) found.push(...misfits(theirs, schema, `${at}.${name}`))
  }
  const [more, moreRead] = [written['additionalProperties'], reader['additionalProperties']]
  if (typeof moreRead === 'object' && moreRead !== null)
    found.push(...misfits((typeof more === 'object' ? more : {}) as JsonSchema, moreRead as JsonSchema, `${at}.*`))
  return found
}

/**
 * Where values that one schema writes cannot be read by another, as sentences; none when all can. Members the reader does
 * not know are no misfit: they are dropped. What it does not understand must be the same in both.
 */
const misfits = (written: JsonSchema, reader: JsonSchema, at: string): string[] => {
  if (isDeepStrictEqual(written, reader)) return []
  const each = alternatives(written)
  if (each) return each.flatMap((one) => misfits(one, reader, at))
  const either = alternatives(reader)
  if (either) {
    const tried = either.map((one) => misfits(written, one, at))
    return tried.some((found) => found.length === 0) ? [] : tried.toSorted((a, b) => a.length - b.length)[0]!
  }

  const [values, readable] = [valuesOf(written), valuesOf(reader)]
  if (readable) {
    if (!values) return [`${at}: may be anything where it is written, only ${readable.join(', ')} where it is read`]
    const unknown = values.filter((value) => !readable.includes(value))
    return unknown.length === 0 ? [] : [`${at}: ${unknown.join(', ')} is written, but not known where it is read`]
  }
  const [types, readTypes] = [typesOf(written), typesOf(reader)]
  if (readTypes) {
    const fits = (type: string): boolean =>
      readTypes.includes(type) || (type === 'integer' && readTypes.includes('number'))
    if (!types?.every(fits))
      return [
        `${at}: is ${types?.join(' or ') ?? 'anything'} where it is written, ${readTypes.join(' or ')} where it is read`,
      ]
  }
  const strange = Object.keys(reader).filter(
    (word) => !WEIGHED.has(word) && !SAYS_NOTHING.has(word) && !isDeepStrictEqual(written[word], reader[word]),
  )
  if (strange.length > 0 && !values)
    return strange.map((word) => `${at}: ${word} is not the same where it is written and where it is read`)

  const found = values ? [] : boundMisfits(written, reader, at)
  if (readTypes?.includes('object')) found.push(...objectMisfits(written, reader, at))
  if (reader['items'] !== undefined)
    found.push(...misfits((written['items'] ?? {}) as JsonSchema, reader['items'] as JsonSchema, `${at}[]`))
  return found
}

const membersOf = (schema: JsonSchema, at: string): string[] => [
  ...Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>).flatMap(([name, inside]) => [
    `${at}.${name}`,
    ...membersOf(inside, `${at}.${name}`),
  ]),
  ...(schema['items'] ? membersOf(schema['items'] as JsonSchema, `${at}[]`) : []),
  ...(alternatives(schema) ?? []).flatMap((each) => membersOf(each, at)),
]

const refusalsOfOne = (name: string, before: ReleasedEvent, now: ReleasedEvent | undefined): string[] => {
  if (!now) return [`${name} was told to the world and is gone: consumers may still want it.`]
  if (now.version < before.version) return [`${name} has version ${now.version} after ${before.version}.`]
  const found: string[] = []
  if (now.key !== before.key)
    found.push(
      `${name} is ordered by ${now.key} instead of ${before.key}: events of both kinds would not keep their order.`,
    )
  const members = new Set(membersOf(now.written, name))
  const gone = membersOf(before.written, name).filter((member) => !members.has(member))
  found.push(...gone.map((member) => `${member} was told and is gone: consumers may read it.`))
  found.push(
    ...misfits(before.written, now.read, name).map(
      (each) => `Events that lie in the log could not be read any more. ${each}.`,
    ),
  )
  if (now.version === before.version && gone.length === 0)
    found.push(
      ...misfits(now.written, before.read, name).map(
        (each) =>
          `Consumers of before could not read it; were it meant so, it would need version ${before.version + 1}. ${each}.`,
      ),
    )
  return found
}

/**
 * Why the contracts of events as they are now may not follow those that were released, as sentences; none when they have
 * only grown. What lies in logs must stay readable by who comes after, always; what is told must be readable by who came
 * before, unless its version says that it is not for them.
 */
export const refusals = (released: ReleasedEvents, now: ReleasedEvents): readonly string[] =>
  Object.entries(released).flatMap(([name, before]) => [...new Set(refusalsOfOne(name, before, now[name]))])
