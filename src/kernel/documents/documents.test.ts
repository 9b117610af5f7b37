import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { asyncApiOf } from './asyncapi.ts'
import { contract, type Contract, type EventType } from '../contract.ts'
import { fault } from '../fault.ts'
import { openApiOf, type OpenApiDocument } from './openapi.ts'
import { wholeNumber } from '../input/whole-number.ts'

/** Every member named `$ref` must lead somewhere in its document. */
const unresolved = (document: object): string[] => {
  const missing: string[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) {
      if (key !== '$ref' || typeof member !== 'string') visit(member)
      else {
        const path = member.replace('#/', '').split('/')
        if (path.reduce<any>((at, part) => at?.[part], document) === undefined) missing.push(member)
      }
    }
  }
  visit(document)
  return missing
}

const FULL = fault('FULL', 409, { ko: '가득', en: 'Full' }, z.object({ most: z.number().int() }))
const shelf = contract('shelf', {
  put: {
    summary: 'Puts.',
    method: 'PUT',
    path: '/shelves/{id}',
    access: { staff: 'catalog' },
    input: z.object({
      id: z.uuid(),
      key: z.string().optional(),
      name: z.string(),
      count: z.number().int().default(1),
      options: z.preprocess((given) => given, z.record(z.string(), z.string())),
    }),
    headers: { key: 'idempotency-key' },
    output: z.object({ at: z.iso.datetime() }),
    faults: [FULL],
  },
  list: {
    summary: 'Lists.',
    method: 'GET',
    path: '/shelves',
    access: 'guest',
    input: z.object({ limit: wholeNumber(0, 9) }),
    output: z.void(),
  },
  inner: {
    summary: 'Inside.',
    method: 'POST',
    path: '/inner',
    access: 'service',
    input: z.object({}),
    output: z.void(),
  },
})

describe('the OpenAPI document', () => {
  const document = openApiOf([shelf], { version: '1', unsafeFaults: [fault('AFAR', 403, { ko: '', en: '' })] })
  const put = document.paths['/api/shelves/{id}']!['put']!

  test('members of an input are where the edge takes them from', () => {
    assert.deepEqual(
      put.parameters!.map((each) => [each.name, each.in, each.required]),
      [
        ['id', 'path', true],
        ['idempotency-key', 'header', false],
      ],
    )
    const body = put.requestBody!.content['application/json'].schema as any
    assert.deepEqual(Object.keys(body.properties), ['name', 'count', 'options'])
    assert.deepEqual(body.required, ['name', 'options'])
    assert.equal(body.properties.options.type, 'object')
    const list = document.paths['/api/shelves']!['get']!
    assert.deepEqual(
      list.parameters!.map((each) => [each.name, each.in, each.schema['type']]),
      [['limit', 'query', 'integer']],
    )
    assert.equal(list.requestBody, undefined)
  })

  test('answers and faults are told by status, with their data', () => {
    assert.ok('200' in put.responses && '204' in document.paths['/api/shelves']!['get']!.responses)
    const conflict = put.responses['409'] as any
    assert.deepEqual(conflict.content['application/problem+json'].schema.allOf[1].properties.code.enum, ['FULL'])
    assert.equal(
      conflict.content['application/problem+json'].schema.allOf[1].properties.data.anyOf[0].properties.most.type,
      'integer',
    )
    assert.deepEqual((put.responses['403'] as any).description, 'Forbidden: FORBIDDEN, AFAR')
  })

  test('what only services may call is not in it', () => {
    assert.equal(document.paths['/api/inner'], undefined)
    assert.deepEqual(unresolved(document), [])
  })
})

describe('the documents of the shop', () => {
  const contracts: Contract[] = []
  const events: EventType[] = []
  let api: OpenApiDocument
  before(async () => {
    for (const name of readdirSync(new URL('../../services/', import.meta.url)))
      for (const each of Object.values<any>(await import(`../../services/${name}/contract.ts`))) {
        if (each?.operations) contracts.push(each)
        else if (each?.payload && each.version) events.push(each)
      }
    api = openApiOf(contracts, { version: '1' })
  })

  test('clients can rely on these addresses', () => {
    const known = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`),
    )
    for (const promised of [
      'POST /api/email-codes',
      'POST /api/email-codes/verify',
      'POST /api/auth/sign-up',
      'POST /api/auth/sign-in',
      'POST /api/auth/refresh',
      'POST /api/auth/sign-out',
      'GET /api/members/me',
      'PATCH /api/members/me',
      'DELETE /api/members/me',
      'GET /api/catalog/products',
      'GET /api/catalog/products/{}',
      'GET /api/catalog/suggestions',
      'POST /api/products',
      'PATCH /api/products/{}',
      'GET /api/skus/{}/stock-movements',
      'POST /api/skus/{}/stock-movements',
      'GET /api/cart',
      'PUT /api/cart/items/{}',
      'DELETE /api/cart/items/{}',
      'POST /api/orders',
      'GET /api/orders',
      'GET /api/orders/{}',
      'PUT /api/orders/{}/items',
      'POST /api/orders/{}/cancel',
      'POST /api/payments/confirm',
      'POST /api/payments/webhooks/toss',
      'GET /api/notifications',
      'POST /api/notifications/tickets',
    ])
      assert.ok(known.includes(promised), promised)
  })

  test('every operation has a name of its own, and every reference leads somewhere', () => {
    const ids = Object.values(api.paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId))
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(unresolved(api), [])
  })

  test('every event is a message that its service sends', () => {
    const told = asyncApiOf(events, '1') as any
    assert.equal(told.asyncapi, '3.0.0')
    assert.equal(Object.keys(told.components.messages).length, events.length)
    assert.ok(events.length > 10)
    assert.equal(told.components.messages.orderPaid.payload.properties.amount.type, 'integer')
    assert.deepEqual(unresolved(told), [])
  })

  test('every channel is a topic, and says what orders its messages', () => {
    const told = asyncApiOf(events, '1', 'test.') as any
    assert.equal(told.channels.order.address, 'test.order')
    assert.equal(told.channels.order.bindings.kafka.topic, 'test.order')
    assert.match(told.components.messages.orderPaid.bindings.kafka.key.description, /orderId/)
    assert.equal(told.components.messages.orderPaid.headers.properties['event-name'].const, 'order.paid')
  })
})
