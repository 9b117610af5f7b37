import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Contract } from '#kernel/contract.ts'
import { parseInput } from '#kernel/input/input.ts'
import { jsonSchemaOf, type JsonSchema } from '#kernel/documents/json-schema.ts'
import { exampleOf } from '#gateway/docs/docs-example.ts'
import { shop } from '#src/shop.ts'

// Every text that can be sent from outside refuses what nobody sees (`oneLine`, `nameText`, `shortProse`, or rules of its
// own), has a format, a pattern or a list of words, or is named here with the reason why not. A new member is judged
// without anybody adding it here.

const otherwise: Readonly<Record<string, string>> = {
  description: 'a long text in lines',
  categoryId: 'must be the id of a category that is there',
  parentId: 'must be the id of a category that is there',
  category: 'must be the id of a category that is there',
  cursor: 'ours, or refused',
  q: 'is searched for, and stored nowhere',
  password: 'secret, and taken as it is',
  currentPassword: 'secret, and taken as it is',
  newPassword: 'secret, and taken as it is',
  emailProof: 'ours, or refused',
  refreshToken: 'ours, or refused',
  idempotencyKey: "a program's",
  paymentKey: "the provider's",
  value: 'of a setting, which has rules of its own',
  host: 'must be the id of a host that is there',
  service: 'must be the name of a service that is there',
  consumer: 'must be the name of a consumer that is there',
  source: 'must be the name of a service that is there',
}

type Path = readonly (string | number)[]

const partsOf = (schema: JsonSchema): readonly JsonSchema[] =>
  (schema['anyOf'] as readonly JsonSchema[] | undefined) ?? [schema]
const isFree = (schema: JsonSchema): boolean =>
  schema['type'] === 'string' && !['format', 'pattern', 'enum', 'const'].some((each) => each in schema)

/** Places of free texts in an input, each with the input around it. */
const freeTexts = (schema: JsonSchema, path: Path = []): { path: Path; around: (text: string) => unknown }[] =>
  partsOf(schema).flatMap((each) => {
    if (isFree(each)) return [{ path, around: (text: string): unknown => text }]
    if (each['type'] === 'array')
      return freeTexts((each['items'] ?? {}) as JsonSchema, [...path, 0]).map((found) => ({
        ...found,
        around: (text: string) => [found.around(text)],
      }))
    const whole = exampleOf(each) as Record<string, unknown>
    return Object.entries((each['properties'] ?? {}) as Record<string, JsonSchema>).flatMap(([name, of]) =>
      freeTexts(of, [...path, name]).map((found) => ({
        ...found,
        around: (text: string) => ({ ...whole, [name]: found.around(text) }),
      })),
    )
  })

const contracts = shop.map((each) => each.contract as Contract)
const found = contracts.flatMap(({ name, operations }) =>
  Object.entries(operations)
    .filter(([, { path }]) => path !== undefined)
    .flatMap(([operation, { input }]) =>
      freeTexts(jsonSchemaOf(input, 'input')).map((each) => ({ ...each, input, title: `${name}.${operation}` })),
    ),
)
const nameOf = (path: Path): string => String(path.findLast((each) => typeof each === 'string'))

describe('texts that people type', () => {
  test('there are some of each kind', () => {
    const names = new Set(found.map((each) => nameOf(each.path)))
    for (const each of ['name', 'nameEn', 'brand', 'values', 'recipient', 'address1', 'reason', 'description'])
      assert.ok(names.has(each), `${each} is not among ${[...names].join()}`)
  })

  test('whoever is named here exists', () => {
    const names = new Set(found.map((each) => nameOf(each.path)))
    for (const each of Object.keys(otherwise)) assert.ok(names.has(each), each)
  })

  test('each refuses what nobody sees, or is named here', () => {
    for (const { title, path, around, input } of found) {
      const parsed = parseInput(input, around('가\u200b나'))
      const fields = 'fault' in parsed ? parsed.fault.fields!.map((each) => each.field) : []
      const refused = fields.includes(path.join('.'))
      assert.ok(refused || nameOf(path) in otherwise, `${title} takes an invisible character in ${path.join('.')}`)
    }
  })
})
