import type { JsonSchema } from '#kernel/documents/json-schema.ts'

/** A wrong input and what is wrong with it. */
export interface Mutation {
  readonly what: string
  readonly body: unknown
}

type Path = readonly (string | number)[]

const members = (schema: JsonSchema): Record<string, JsonSchema> => (schema['properties'] ?? {}) as never
const required = (schema: JsonSchema): readonly string[] => (schema['required'] ?? []) as never

/** A copy of `value` with another one at a place; `undefined` takes the member out. */
const put = (value: unknown, [key, ...rest]: Path, other: unknown): unknown => {
  if (key === undefined) return other
  if (Array.isArray(value)) return value.map((each, i) => (i === key ? put(each, rest, other) : each))
  const copy = { ...(value as Record<string, unknown>) }
  const made = put(copy[key], rest, other)
  if (made === undefined) delete copy[key]
  else copy[key] = made
  return copy
}

const typesOf = (schema: JsonSchema): readonly string[] => {
  const any = (schema['anyOf'] as readonly JsonSchema[] | undefined)?.flatMap(typesOf)
  if (any) return any
  const type = schema['type']
  return Array.isArray(type) ? type : type === undefined ? [] : [type as string]
}

const deep = (): unknown => {
  let value: unknown = 1
  for (let i = 0; i < 2_000; i++) value = [value]
  return value
}

const UNSTORABLE = ['a\u0000b', 'lone \ud800 surrogate', '\udfff']

/** Values that cannot be right where the schema says what it says. */
const wrongFor = (schema: JsonSchema): readonly unknown[] => {
  const types = typesOf(schema)
  if (types.length === 0) return []
  const not = (type: string, ...values: unknown[]): unknown[] => (types.includes(type) ? [] : values)
  const wrong: unknown[] = [
    ...not('null', null),
    ...not('boolean', true),
    ...not('array', [], ['x'], deep()),
    ...not('object', {}, { $ne: null }),
    ...(types.includes('number') || types.includes('integer') ? [] : [7, -1, 1e308]),
    ...not('string', 'seven'),
  ]
  if (types.includes('integer')) wrong.push(1.5, 1e300, -1e300, 2 ** 53 + 2)
  if (types.includes('string')) {
    if (schema['enum']) wrong.push('NO_SUCH_WORD', ...UNSTORABLE)
    else wrong.push(...UNSTORABLE)
    if (typeof schema['maxLength'] === 'number') wrong.push('가'.repeat(schema['maxLength'] + 1))
    if (schema['format'] === 'uuid') wrong.push('not-a-uuid', "'; DROP TABLE orders; --", '', '0'.repeat(36))
  }
  if (typeof schema['minimum'] === 'number') wrong.push(schema['minimum'] - 1)
  if (typeof schema['maximum'] === 'number') wrong.push(schema['maximum'] + 1)
  if (typeof schema['maxItems'] === 'number') wrong.push(Array.from({ length: schema['maxItems'] + 1 }, () => null))
  return wrong
}

const shown = (value: unknown): string => {
  const text = typeof value === 'object' ? JSON.stringify(value) : JSON.stringify(String(value))
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** Every way to spoil a right body: each required member missing, each member with values it cannot take. */
export const spoiled = (schema: JsonSchema, whole: unknown): readonly Mutation[] => {
  const found: Mutation[] = []
  const visit = (at: JsonSchema, value: unknown, path: Path): void => {
    const name = path.join('.') || 'the body'
    if (path.length > 0)
      for (const wrong of wrongFor(at)) found.push({ what: `${name} = ${shown(wrong)}`, body: put(whole, path, wrong) })
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      if (value.length > 0) visit((at['items'] ?? {}) as JsonSchema, value[0], [...path, 0])
      return
    }
    for (const member of required(at))
      found.push({ what: `${[...path, member].join('.')} missing`, body: put(whole, [...path, member], undefined) })
    for (const [member, of] of Object.entries(members(at)))
      visit(of, (value as Record<string, unknown>)[member], [...path, member])
  }
  visit(schema, whole, [])
  return found
}

/** Text that is unusual and may well be right: it must be taken as text or refused, nothing else. */
export const oddTexts: readonly string[] = [
  '👩‍👩‍👧‍👦🇰🇷🫠',
  'مرحبا بالعالم \u202e txet',
  '가\u0301̴̷̸각\u200b\ufeff',
  "Robert'); DROP TABLE member;-- \\' OR 1=1",
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '{{7*7}} ${jndi:ldap://x} %s%n %00 ../../etc/passwd',
  '\u3164',
  '가\u00ad나\u2028다\ue000',
  '검정\u3000\u3000진'.normalize('NFD'),
  '\u0301',
  '\r\nSet-Cookie: a=b\r\n\r\n',
  '-9999999999999999999',
  'true',
  '',
]

/** The body with every text in it replaced. */
export const withText = (value: unknown, text: string): unknown => {
  if (typeof value === 'string') return text
  if (Array.isArray(value)) return value.map((each) => withText(each, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withText(member, text)]))
}

/** Bodies that are no JSON object at all. */
export const brokenBodies: readonly (readonly [what: string, bytes: string | Uint8Array])[] = [
  ['an open brace', '{'],
  ['a trailing comma', '{"a":1,}'],
  ['single quotes', "{'a':1}"],
  ['a bare word', 'undefined'],
  ['NaN', '{"a":NaN}'],
  ['two values', '{}{}'],
  ['a NUL byte', '{"a":"\u0000"}'],
  ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['a byte order mark', '\ufeff{}'],
  ['an array', '[]'],
  ['null', 'null'],
  ['a text', '"{}"'],
  ['a number', '1e999'],
  ['a prototype', '{"__proto__":{"admin":true}}'],
  ['a deep nest', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['a mebibyte and more', JSON.stringify({ a: 'x'.repeat(1_100_000) })],
]
