import type { JsonSchema } from '#kernel/documents/json-schema.ts'

const list = (value: unknown): readonly JsonSchema[] => (Array.isArray(value) ? value : [])

const text = (schema: JsonSchema): string => {
  if (schema['format'] === 'uuid') return '00000000-0000-7000-8000-000000000000'
  if (schema['format'] === 'email') return 'name@example.com'
  return 'x'.repeat(Math.min(Number(schema['minLength'] ?? 0), 10))
}

/** A value to begin with when trying an operation: required members only, defaults where there are some. */
export const exampleOf = (schema: JsonSchema): unknown => {
  if ('default' in schema) return schema['default']
  const choices = schema['enum'] as readonly unknown[] | undefined
  if (choices) return choices[0]
  const [first] = list(schema['anyOf'])
  if (first) return exampleOf(first)
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  if (type === 'object') {
    const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>
    const required = (schema['required'] ?? []) as readonly string[]
    return Object.fromEntries(required.map((each) => [each, exampleOf(properties[each] ?? {})]))
  }
  if (type === 'array') return Number(schema['minItems'] ?? 0) > 0 ? [exampleOf(schema['items'] as JsonSchema)] : []
  if (type === 'integer' || type === 'number') return Number(schema['minimum'] ?? 0)
  if (type === 'boolean') return false
  return text(schema)
}
