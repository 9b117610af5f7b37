import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiClient, signInStaff } from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import { startTestShop } from '#test/support/shop.ts'

const ZIPKIN_URL = process.env['JANGTEO_TEST_ZIPKIN']!
const shop = await startTestShop({ env: { ZIPKIN_URL } })

const TRACE = '5af7183fb1d4cf5f352bff8c5c7e3f01'
const AT = Date.now() * 1_000

test('a trace that no host remembers is read from Zipkin, for staff alone', async () => {
  const span = (id: string, parentId: string | undefined, name: string, tags = {}) => ({
    traceId: TRACE,
    id,
    ...(parentId && { parentId }),
    name,
    kind: 'SERVER',
    timestamp: AT,
    duration: 2_500,
    localEndpoint: { serviceName: 'order' },
    tags,
  })
  const answer = await fetch(`${ZIPKIN_URL}/api/v2/spans`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([
      span('352bff8c5c7e3f01', undefined, 'post order.place'),
      span('352bff8c5c7e3f02', '352bff8c5c7e3f01', 'order.place', { error: 'UNAVAILABLE' }),
    ]),
  })
  assert.equal(answer.status, 202)
  const staff = await signInStaff(shop.origin)
  let spans: { name: string; parentId: string | null; ms: number; failure: string | null }[] = []
  await eventually(async () => {
    const found = await staff.send('GET', `/api/status/traces/${TRACE}`)
    spans = found.body.spans ?? []
    return found.status === 200 && spans.length === 2
  }, 'Zipkin tells the trace')
  assert.deepEqual(
    spans.map(({ name, parentId, ms, failure }) => [name, parentId, ms, failure]),
    [
      ['post order.place', null, 2.5, null],
      ['order.place', '352bff8c5c7e3f01', 2.5, 'UNAVAILABLE'],
    ],
  )
  assert.equal((await apiClient(shop.origin).send('GET', `/api/status/traces/${TRACE}`)).status, 401)
})
