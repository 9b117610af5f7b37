import assert from 'node:assert/strict'
import { test } from 'node:test'
import { steerableRuntime } from '#test/support/clock.ts'
import { liveKeys, paid, simulatorStore, startSimulator } from '../simulator.fixture.ts'
import { developmentKeys } from '../simulator.ts'

const runtime = steerableRuntime()
const toss = await startSimulator({ ...(await simulatorStore(runtime)), runtime })
const [ours, others] = developmentKeys
const as = (authorization: string) => ({ authorization })
const encoded = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test('a key without its colon, an unknown key and a browser key are refused, each in its way', async () => {
  const look = (headers: Record<string, string>) => toss.call('GET', '/api/v1/payments/some-key', undefined, headers)
  const cases = [
    [{}, 401, 'UNAUTHORIZED_KEY'],
    [as(`Bearer ${ours!.secretKey}`), 401, 'UNAUTHORIZED_KEY'],
    [as(encoded('test_gsk_nobody:')), 401, 'UNAUTHORIZED_KEY'],
    [as(encoded(ours!.secretKey)), 403, 'INCORRECT_BASIC_AUTH_FORMAT'],
    [as(encoded(`${ours!.clientKey}:`)), 400, 'INVALID_API_KEY'],
    [as(encoded(`${ours!.secretKey}:`)), 404, 'NOT_FOUND_PAYMENT'],
  ] as const
  for (const [headers, status, code] of cases) {
    const answer = await look(headers)
    assert.deepEqual([answer.status, answer.body.code], [status, code])
    assert.match(String(answer.headers['x-tosspayments-trace-id']), /^[0-9a-f]{32}$/)
    assert.deepEqual(Object.keys(answer.body), ['code', 'message'])
  }
})

test("a payment of one key does not exist for another's", async () => {
  const key = await paid(toss, 'access-0001', 10_000)
  const other = as(encoded(`${others!.secretKey}:`))
  assert.equal((await toss.call('GET', `/api/v1/payments/${key}`, undefined, other)).status, 404)
  assert.equal((await toss.call('GET', '/api/v1/payments/orders/access-0001', undefined, other)).status, 404)
  const cancel = await toss.call('POST', `/api/v1/payments/${key}/cancel`, { cancelReason: 'x' }, other)
  assert.deepEqual([cancel.status, cancel.body.code], [404, 'NOT_FOUND_PAYMENT'])
  const open = await toss.approve('access-0002', 10_000)
  const body = { paymentKey: open, orderId: 'access-0002', amount: 10_000 }
  const confirm = await toss.call('POST', '/api/v1/payments/confirm', body, other)
  assert.deepEqual([confirm.status, confirm.body.code], [403, 'FORBIDDEN_REQUEST'])
  assert.equal((await toss.get('/v1/payments/orders/access-0002')).body.status, 'IN_PROGRESS')
})

test('two merchants may use the same order id', async () => {
  const mine = await paid(toss, 'access-0003', 10_000)
  const theirs = await toss.approve('access-0003', 20_000, { clientKey: others!.clientKey })
  const headers = as(encoded(`${others!.secretKey}:`))
  const body = { paymentKey: theirs, orderId: 'access-0003', amount: 20_000 }
  assert.equal((await toss.call('POST', '/api/v1/payments/confirm', body, headers)).status, 200)
  assert.equal((await toss.get('/v1/payments/orders/access-0003')).body.paymentKey, mine)
})

test('messages follow Accept-Language, codes do not', async () => {
  const korean = await toss.get('/v1/payments/nobody')
  const english = await toss.get('/v1/payments/nobody', { 'accept-language': 'en-US' })
  assert.equal(korean.body.code, english.body.code)
  assert.match(korean.body.message, /[가-힣]/)
  assert.match(english.body.message, /^[\x20-\x7e]+$/)
})

test('a test key can force any error with its own status, before the payment is looked at', async () => {
  const force = (code: string) => toss.confirm('no-such-key', 'access-0004', 1, { 'tosspayments-test-code': code })
  for (const [code, status] of [
    ['REJECT_CARD_PAYMENT', 403],
    ['IDEMPOTENT_REQUEST_PROCESSING', 409],
    ['UNKNOWN_PAYMENT_ERROR', 500],
    ['INVALID_STOPPED_CARD', 400],
  ] as const) {
    const answer = await force(code)
    assert.deepEqual([answer.status, answer.body.code], [status, code])
  }
  assert.equal((await force('NO_SUCH_CODE')).body.code, 'INVALID_REQUEST')
})

test('a live key forces nothing', async () => {
  const headers = { ...as(encoded(`${liveKeys.secretKey}:`)), 'tosspayments-test-code': 'REJECT_CARD_PAYMENT' }
  const body = { paymentKey: 'no-such-key', orderId: 'access-0004', amount: 1 }
  const answer = await toss.call('POST', '/api/v1/payments/confirm', body, headers)
  assert.deepEqual([answer.status, answer.body.code], [404, 'NOT_FOUND_PAYMENT_SESSION'])
})

test('an order is looked up by its approved payment, else by its newest', async () => {
  await toss.approve('access-0005', 10_000)
  runtime.advance(1_000)
  const newer = await toss.approve('access-0005', 10_000)
  assert.equal((await toss.get('/v1/payments/orders/access-0005')).body.paymentKey, newer)
  const approved = await paid(toss, 'access-0005', 10_000)
  assert.equal((await toss.get('/v1/payments/orders/access-0005')).body.paymentKey, approved)
  await toss.faults({ 'hide-unapproved': {} })
  await toss.approve('access-0006', 10_000)
  assert.equal((await toss.get('/v1/payments/orders/access-0006')).status, 404)
  assert.equal((await toss.get('/v1/payments/orders/access-0005')).status, 200)
  await toss.calm()
})

test('transactions are listed by time, page by page, and add up', async () => {
  const key = await paid(toss, 'access-0007', 10_000)
  await toss.cancel(key, { cancelAmount: 3_000 })
  const list = async (more = '') =>
    (await toss.get(`/v1/transactions?startDate=2020-01-01T00:00:00&endDate=2040-01-01T00:00:00${more}`)).body
  const all = await list()
  const own = all.filter((each: { orderId: string }) => each.orderId === 'access-0007')
  assert.deepEqual(
    own.map((each: { amount: number }) => each.amount),
    [10_000, -3_000],
  )
  const paged = []
  for (let after = ''; ;) {
    const page = await list(`&limit=2${after && `&startingAfter=${after}`}`)
    if (page.length === 0) break
    paged.push(...page)
    after = page.at(-1).transactionKey
  }
  assert.deepEqual(paged, all)
  const zulu = await toss.get('/v1/transactions?startDate=2020-01-01T00:00:00.000Z&endDate=2040-01-01T00:00:00')
  assert.deepEqual([zulu.status, zulu.body.code], [400, 'INVALID_DATE'])
})

test('addresses nobody serves answer in the words of Toss', async () => {
  for (const path of ['/v1/nothing', '/v2/payments']) {
    const answer = await toss.post(path, {})
    assert.deepEqual([answer.status, answer.body.code], [404, 'NOT_FOUND'])
  }
})

test('what needs a further contract is not supported', async () => {
  for (const path of ['/v1/billing/authorizations/issue', '/v1/billing/some-key', '/v1/payments/key-in']) {
    const answer = await toss.post(path, {})
    assert.deepEqual([answer.status, answer.body.code], [403, 'NOT_SUPPORTED_METHOD'])
  }
})

test('the books are read page by page, each payment once', async () => {
  const seen: string[] = []
  for (let cursor = ''; ;) {
    const { body } = await toss.call('GET', `/record?limit=3&cursor=${cursor}`)
    seen.push(...body.items.map((each: { paymentKey: string }) => each.paymentKey))
    if (body.nextCursor === null) break
    cursor = body.nextCursor
  }
  assert.ok(seen.length > 5)
  assert.equal(new Set(seen).size, seen.length)
  const { body } = await toss.call('GET', '/record?orderId=access-0007')
  assert.deepEqual(
    [body.items[0].capturedAmount, body.items[0].canceledAmount, body.items[0].cancels.length],
    [10_000, 3_000, 1],
  )
})
