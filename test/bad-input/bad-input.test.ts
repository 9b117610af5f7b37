import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { generateKeyPair, SignJWT } from 'jose'
import type { OpenApiDocument, OpenApiOperation } from '#kernel/documents/openapi.ts'
import type { JsonSchema } from '#kernel/documents/json-schema.ts'
import { fromUrl } from '#engines/postgres/connection/connection.ts'
import { audit } from '#src/audit/audit.ts'
import { shop as services } from '#src/shop.ts'
import { exampleOf } from '#gateway/docs/docs-example.ts'
import { settled } from '../audit/settled.ts'
import { changed, fingerprints, type Fingerprints } from './fingerprint.ts'
import { brokenBodies, oddTexts, spoiled, withText } from './mutations.ts'
import { each, send, type Wrong } from './send.ts'
import { apiClient, payOrder, placeOrder, putOnSale, shippingAddress, signInStaff, signUp } from '../support/client.ts'
import { startTestShop } from '../support/shop.ts'

// Walks every operation of the OpenAPI document with input that is wrong in every way we can think of. A new operation
// is walked without anybody adding it here.

const PASSWORD = 'correct horse 9'
const many = '10000000'
const shop = await startTestShop({
  env: {
    JANGTEO_CODES_PER_CLIENT: many,
    JANGTEO_CODE_TRIES_PER_CLIENT: many,
    JANGTEO_SIGN_IN_FAILURES_PER_CLIENT: many,
  },
})
const { origin } = shop

interface Known {
  readonly method: string
  readonly path: string
  readonly operation: OpenApiOperation
}

let marks: Fingerprints
let known: readonly Known[]
let mine: string
let staff: string
/** Right values for members by name, so that only what is spoiled is wrong. */
let right: Record<string, unknown>
/** What belongs to somebody else, by the name of a path's parameter and the operation's path. */
let foreign: Record<string, string>
/** Versions that staff read before they write, by the operation that writes. */
let versionNow: Record<string, () => Promise<number>>
let victim: { token: string; email: string }

before(async () => {
  const document = (await apiClient(origin).must('GET', '/api/openapi.json')) as OpenApiDocument
  known = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
  const [me, other, clerk] = await Promise.all([signUp(origin), signUp(origin), signInStaff(origin)])
  mine = me.token!
  staff = clerk.token!
  victim = { token: other.token!, email: other.email }
  const { skuId, productId } = await putOnSale(clerk, 1_000)
  const order = await placeOrder(other, skuId)
  const paid = await placeOrder(other, skuId)
  await payOrder(other, paid)
  const address = await other.must('POST', '/api/members/me/addresses', shippingAddress)
  await other.must('PUT', `/api/cart/items/${skuId}`, { quantity: 2 })
  marks = await fingerprints(shop.databaseUrl)
  const adminOf = () => fromUrl(shop.databaseUrl)
  await settled(() => audit({ services, adminOf, runtime: shop.runtime, grace: 0 }))
  await marks.quiet()
  const told = await other.must('GET', '/api/notifications')
  foreign = {
    '/api/orders/{id}': order.id,
    '/api/orders/{id}/items': order.id,
    '/api/orders/{id}/shipping-address': order.id,
    '/api/orders/{id}/cancel': order.id,
    '/api/orders/{orderId}/payments': paid.id,
    '/api/members/me/addresses/{id}': address.id,
    '/api/notifications/{id}/read': told.items[0].id,
  }
  const shown = await clerk.must('GET', `/api/products/${productId}`)
  const { price, onHand } = shown.skus[0]
  versionNow = {
    'product.update': async () => (await clerk.must('GET', `/api/products/${productId}`)).version,
    'product.putCategory': async () => {
      const { items } = await clerk.must('GET', '/api/categories')
      return items.find((each: { id: string }) => each.id === productId)?.version ?? 0
    },
  }
  right = {
    environment: 'development',
    ...shippingAddress,
    shippingAddress,
    email: `${randomUUID()}@example.kr`,
    password: PASSWORD,
    currentPassword: PASSWORD,
    newPassword: `${PASSWORD}!`,
    code: '123456',
    name: '장터',
    quantity: 1,
    price: 9_900,
    delta: 1,
    reason: '점검',
    refundAccount: { bank: '88', accountNumber: '110-123-456789', holderName: '홍길동' },
    amount: order.amount,
    orderId: order.id,
    skuId,
    items: [{ skuId, quantity: 1 }],
    expectedVersion: shown.version,
    skus: [{ options: {}, price, onHand, expectedOnHand: onHand }],
    id: productId,
  }
})
after(() => marks?.close())

const example = (schema: JsonSchema): Record<string, unknown> => {
  const made = exampleOf(schema) as Record<string, unknown>
  const members = Object.keys((schema['properties'] ?? {}) as object)
  return { ...made, ...Object.fromEntries(members.filter((each) => each in right).map((each) => [each, right[each]])) }
}
const bodySchema = (operation: OpenApiOperation): JsonSchema | undefined =>
  operation.requestBody?.content['application/json'].schema

/** The sign-in an operation needs; the strongest that may call it. */
const credentials = ({ description, security }: OpenApiOperation): Record<string, string> => {
  if (description.startsWith('Staff')) return { authorization: `Bearer ${staff}` }
  return security.some((each) => 'bearer' in each) ? { authorization: `Bearer ${mine}` } : {}
}
const needsSignIn = ({ security }: OpenApiOperation): boolean =>
  security.some((each) => 'bearer' in each) && !security.some((each) => Object.keys(each).length === 0)

const pathOf = (path: string, value: (name: string) => string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value(name)))
const rightPath = ({ path, operation }: Known): string =>
  pathOf(path, (name) => {
    const of = operation.parameters?.find((each) => each.in === 'path' && each.name === name)
    return String(right[name] ?? exampleOf(of?.schema ?? {}))
  })

/** Sends requests that must all be refused, and asserts that nothing was stored. */
const allRefused = async (list: readonly (Wrong & { what: string })[], codes?: readonly string[]): Promise<void> => {
  const before = await marks.take()
  await each(list, async ({ what, ...wrong }) => {
    const { status } = await send(origin, wrong, codes, what)
    assert.ok(status >= 400, `${wrong.method} ${wrong.path} took ${what} (${status})`)
  })
  assert.deepEqual(changed(before, await marks.take()), [])
}

describe('what is wrong is refused, and leaves nothing behind', () => {
  test('there is something to walk', () => assert.ok(known.length >= 40))

  test('bodies that are no JSON object', async () => {
    await allRefused(
      known
        .filter((each) => ['POST', 'PUT', 'PATCH'].includes(each.method))
        .flatMap((each) => {
          const request = { method: each.method, path: rightPath(each) }
          const headers = credentials(each.operation)
          return [
            ...brokenBodies.map(([what, body]) => ({ ...request, headers, body, what })),
            ...['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'nonsense'].map((type) => ({
              ...request,
              headers: { ...headers, 'content-type': type },
              body: '{}',
              what: `content of type ${type}`,
            })),
          ]
        }),
    )
  })

  test('members missing, of the wrong type, out of range, too long or impossible to store', async () => {
    let count = 0
    for (const each of known) {
      const schema = bodySchema(each.operation)
      if (!schema) continue
      const path = rightPath(each)
      // Options may come as an object or as a list of pairs, and an empty list is none.
      const wrong = spoiled(schema, example(schema)).filter(({ what }) => !what.endsWith('options = []'))
      const list = wrong.map(({ what, body }) => ({
        method: each.method,
        path,
        headers: { ...credentials(each.operation), 'idempotency-key': randomUUID() },
        body: JSON.stringify(body),
        what,
      }))
      count += list.length
      await allRefused(list, each.operation['x-faults'])
    }
    assert.ok(count > 500, `only ${count} ways to be wrong were tried`)
  })

  test('paths and queries that are no ids, numbers or words of ours', async () => {
    const bad = ['not-a-uuid', "1' OR '1'='1", 'a\u0000b', '0'.repeat(2_000), '👾', '../../etc/passwd', '<b>']
    const numbers = ['x', '-1', '1.5', '1e999', '99999999999999999999', 'NaN']
    await allRefused(
      known.flatMap((each) => {
        const { method, operation } = each
        const headers = credentials(operation)
        const body = bodySchema(operation) ? { body: JSON.stringify(example(bodySchema(operation)!)) } : {}
        const ids = (operation.parameters ?? []).filter((one) => one.in === 'path')
        const queries = (operation.parameters ?? []).filter((one) => one.in === 'query')
        return [
          ...ids.flatMap((one) =>
            bad
              .filter(
                (value) => one.schema['format'] === 'uuid' || !new RegExp(String(one.schema['pattern'])).test(value),
              )
              .map((value) => ({ method, path: pathOf(each.path, () => value), headers, ...body, what: value })),
          ),
          ...queries.flatMap(({ name, schema }) => {
            const values = schema['type'] === 'integer' ? numbers : schema['enum'] ? ['NO_SUCH_WORD'] : ['a\u0000b']
            const path = rightPath(each)
            return [
              ...values.map((value) => ({
                method,
                path: `${path}?${name}=${encodeURIComponent(value)}`,
                headers,
                what: value,
              })),
              { method, path: `${path}?${name}=1&${name}=2`, headers, what: `${name} twice` },
              { method, path: `${path}?${name}=%ff`, headers, what: 'half a character' },
            ]
          }),
        ]
      }),
    )
  })

  test('a query member nobody knows is passed over, whatever its name', async () => {
    await each(
      known.filter(
        ({ method, operation }) => method === 'GET' && !operation.parameters?.some((one) => one.in === 'path'),
      ),
      async (one) => {
        const ask = (query: string) =>
          send(
            origin,
            { method: 'GET', path: `${one.path}${query}`, headers: credentials(one.operation) },
            undefined,
            query,
          )
        const { status } = await ask('')
        for (const name of ['nobody_knows', '__proto__', 'constructor'])
          assert.equal((await ask(`?${name}=x`)).status, status, `${one.path}?${name}=x`)
      },
    )
  })

  test('methods a path does not take, and addresses that do not exist', async () => {
    const paths = new Map<string, Set<string>>()
    for (const { path, method } of known) paths.set(path, (paths.get(path) ?? new Set()).add(method))
    const wrong = [...paths].flatMap(([path, methods]) =>
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
        .filter((method) => !methods.has(method))
        .map((method) => ({ method, path: pathOf(path, () => randomUUID()), what: 'a wrong method' })),
    )
    // A path may also match another pattern: /members/me is no member's id.
    await allRefused(wrong)
    await allRefused(
      ['/api', '/api/', '/api/nothing', '/api/orders/x/y/z', '/api/%2e%2e/health', '/api/orders%00'].map((path) => ({
        method: 'GET',
        path,
        what: 'an unknown address',
      })),
    )
  })
})

describe('nobody acts for another', () => {
  const attempts = (token: (each: Known) => string | undefined, what: string, of = needsSignIn) =>
    known
      .filter((each) => of(each.operation))
      .map((each) => {
        const schema = bodySchema(each.operation)
        const shown = token(each)
        return {
          method: each.method,
          path: rightPath(each),
          headers: {
            'idempotency-key': randomUUID(),
            ...(shown !== undefined && { authorization: `Bearer ${shown}` }),
          },
          ...(schema && { body: JSON.stringify(example(schema)) }),
          what,
        }
      })

  test('without a sign-in, or with a forged one', async () => {
    const { privateKey } = await generateKeyPair('EdDSA')
    const { keys } = await apiClient(origin).must('GET', '/.well-known/jwks.json')
    const forged = await new SignJWT({ sid: randomUUID(), roles: ['catalog', 'orders', 'members', 'operations'] })
      .setProtectedHeader({ alg: 'EdDSA', kid: keys[0].kid })
      .setSubject(randomUUID())
      .setIssuer('jangteo')
      .setAudience('jangteo')
      .setExpirationTime('15m')
      .sign(privateKey)
    const [head, payload, signature] = victim.token.split('.') as [string, string, string]
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), roles: ['catalog', 'operations'] }
    const raised = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`
    await allRefused(attempts(() => undefined, 'no token'))
    for (const token of [forged, raised, unsigned, 'x', `${victim.token}x`])
      await allRefused(attempts(() => token, 'a forged token'))
    // Shown on a public operation, a forged token is refused too.
    await allRefused(
      attempts(
        () => forged,
        'a forged token',
        () => true,
      ),
    )
  })

  test('with a sign-in that lacks the role', async () => {
    await allRefused(
      attempts(
        () => mine,
        "a member's token",
        (each) => each.description.startsWith('Staff'),
      ),
    )
  })

  test('ids of others, and ids of nothing, do not exist', async () => {
    // An environment is no id: staff name it, and one nobody has set anything for is empty.
    for (const each of known.filter(({ path }) => path.includes('{') && !path.includes('{environment}'))) {
      // A trace's id is no UUID; one of nothing looks like one all the same.
      const nothing = each.path.includes('/traces/') ? randomUUID().replaceAll('-', '') : randomUUID()
      for (const id of [foreign[each.path], nothing]) {
        if (id === undefined) continue
        const schema = bodySchema(each.operation)
        const before = await marks.take()
        const { status, text } = await send(
          origin,
          {
            method: each.method,
            path: pathOf(each.path, () => id),
            headers: { ...credentials(each.operation), 'idempotency-key': randomUUID() },
            ...(schema && { body: JSON.stringify(example(schema)) }),
          },
          each.operation['x-faults'],
          'a foreign id',
        )
        // Staff may name what they like; taking away what is not there is no fault, but must do nothing.
        const makes = each.operation.operationId === 'product.putCategory'
        if (!makes) assert.deepEqual(changed(before, await marks.take()), [], each.operation.operationId)
        if (status === 200 && each.method === 'GET') assert.deepEqual(JSON.parse(text), { items: [] })
        else if (!makes && each.method !== 'DELETE') assert.equal(status, 404, each.operation.operationId)
      }
    }
    assert.ok(Object.keys(foreign).length === 7)
  })

  test("another's order cannot be paid, whatever is claimed", async () => {
    const pay = (orderId: unknown, amount: unknown) => ({
      method: 'POST',
      path: '/api/payments/confirm',
      headers: { authorization: `Bearer ${mine}` },
      body: JSON.stringify({ paymentKey: 'tviva_x', orderId, amount }),
      what: 'a foreign order',
    })
    const tries = [pay(right['orderId'], right['amount']), pay(right['orderId'], 1), pay(randomUUID(), 1)]
    const before = await marks.take()
    await each(tries, async ({ what, ...wrong }) => {
      assert.ok((await send(origin, wrong, undefined, what)).status >= 400)
    })
    assert.deepEqual(changed(before, await marks.take()), [])
  })
})

test('unusual text is taken as text or refused, and a refusal leaves nothing behind', async () => {
  const ending = new Set(['member.withdraw', 'auth.signOut'])
  for (const { method, path, operation } of known) {
    const schema = bodySchema(operation)
    if (!schema || ending.has(operation.operationId)) continue
    for (const text of oddTexts) {
      const wrong = example(schema)
      // Ids stay right, so that the text gets as far as it can.
      const body = Object.fromEntries(
        Object.entries(wrong).map(([name, value]) => [
          name,
          /Id$|^items$|^skus$/.test(name) ? value : withText(value, text),
        ]),
      )
      const version = await versionNow[operation.operationId]?.()
      if (version !== undefined) body['expectedVersion'] = version
      const before = await marks.take()
      const request = {
        method,
        path: rightPath({ method, path, operation }),
        headers: credentials(operation),
        body: JSON.stringify(body),
      }
      const { status } = await send(origin, request, operation['x-faults'], JSON.stringify(text))
      if (status >= 400) assert.deepEqual(changed(before, await marks.take()), [], `${operation.operationId} ${text}`)
    }
  }
  // Texts in queries, which nothing stores.
  for (const text of oddTexts) {
    const query = encodeURIComponent(text)
    await send(origin, { method: 'GET', path: `/api/catalog/products?q=${query}` }, undefined, text)
    await send(origin, { method: 'GET', path: `/api/catalog/suggestions?q=${query}` }, undefined, text)
    await send(origin, { method: 'GET', path: `/api/catalog/products?cursor=${query}` }, undefined, text)
    await send(origin, { method: 'GET', path: `/api/catalog/products?category=${query}` }, undefined, text)
  }
})

test('a refresh token that was used before is refused, and takes its family with it', async () => {
  const client = await signUp(origin)
  const first = await client.must('POST', '/api/auth/sign-in', { email: client.email, password: PASSWORD })
  const second = await client.must('POST', '/api/auth/refresh', { refreshToken: first.refreshToken })
  shop.runtime.advance(60_000)
  const refresh = (refreshToken: string) =>
    send(
      origin,
      { method: 'POST', path: '/api/auth/refresh', body: JSON.stringify({ refreshToken }) },
      undefined,
      'a used token',
    )
  for (const { refreshToken } of [first, second]) assert.equal((await refresh(refreshToken)).code, 'REFRESH_INVALID')
})

// Last, because the shop's clock cannot go back.
test('an expired token is refused wherever it is shown', async () => {
  // Nothing ends by itself while we look: the order that nobody paid would, at its deadline.
  const buyer = Object.assign(apiClient(origin), { token: victim.token })
  await buyer.must('POST', `/api/orders/${foreign['/api/orders/{id}']}/cancel`, { reason: '단순 변심' })
  await marks.quiet()
  shop.runtime.advance(16 * 60_000)
  await marks.quiet()
  await allRefused(
    known.map((each) => ({
      method: each.method,
      path: rightPath(each),
      headers: { authorization: `Bearer ${each.operation.description.startsWith('Staff') ? staff : mine}` },
      what: 'an expired token',
    })),
  )
})
