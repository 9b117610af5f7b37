import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request } from 'undici'
import { steerableRuntime } from '#test/support/clock.ts'
import { MINUTE } from '../clock.ts'
import { simulatorStore, startSimulator } from '../simulator.fixture.ts'
import { developmentKeys } from '../simulator.ts'

const runtime = steerableRuntime()
const toss = await startSimulator({ ...(await simulatorStore(runtime)), runtime })
const shop = { successUrl: 'https://shop.example/success?from=toss', failUrl: 'https://shop.example/fail' }

const open = (body: object) =>
  toss.call(
    'POST',
    '/window',
    JSON.stringify({
      clientKey: developmentKeys[0]!.clientKey,
      orderName: '원두 <b>외</b> 1건',
      amount: 12_000,
      ...shop,
      ...body,
    }),
    { 'content-type': 'text/plain' },
  )

const opened = async (orderId: string, more: object = {}): Promise<string> =>
  `${toss.origin}/simulators/toss/window/${(await open({ orderId, ...more })).body.paymentKey}`

const press = async (url: string, form: Record<string, string>) => {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  await answer.body.dump()
  return { status: answer.statusCode, location: new URL(String(answer.headers.location ?? 'none:')) }
}

const page = async (url: string) => {
  const answer = await request(url)
  return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers }
}

const keyOf = (url: string) => url.split('/').at(-1)!

test('an opened window is a READY payment; paying leads back with key, order and amount', async () => {
  const url = await opened('window-0001')
  assert.equal((await toss.get(`/v1/payments/${keyOf(url)}`)).body.status, 'READY')
  assert.equal((await toss.confirm(keyOf(url), 'window-0001', 12_000)).status, 404)
  const { status, location } = await press(url, { action: 'pay', method: 'CARD', issuerCode: '61' })
  assert.equal(status, 303)
  assert.deepEqual(Object.fromEntries(location.searchParams), {
    from: 'toss',
    paymentType: 'NORMAL',
    orderId: 'window-0001',
    paymentKey: keyOf(url),
    amount: '12000',
  })
  const { body } = await toss.confirm(keyOf(url), 'window-0001', 12_000)
  assert.deepEqual([body.status, body.card.issuerCode], ['DONE', '61'])
})

test('closing the window leads to failUrl without an order id', async () => {
  const { location } = await press(await opened('window-0002'), { action: 'close' })
  assert.equal(location.origin + location.pathname, shop.failUrl)
  assert.equal(location.searchParams.get('code'), 'PAY_PROCESS_CANCELED')
  assert.equal(location.searchParams.get('orderId'), null)
})

test('a card refused in the window leads to failUrl and ends the payment', async () => {
  const url = await opened('window-0003')
  const { location } = await press(url, { action: 'refuse' })
  assert.deepEqual(
    [location.searchParams.get('code'), location.searchParams.get('orderId')],
    ['REJECT_CARD_COMPANY', 'window-0003'],
  )
  assert.equal((await toss.get(`/v1/payments/${keyOf(url)}`)).body.status, 'ABORTED')
  assert.equal((await press(url, { action: 'pay' })).status, 410)
})

test('the means chosen in the window are the means of the payment', async () => {
  const pay = async (orderId: string, form: Record<string, string>) => {
    const url = await opened(orderId)
    await press(url, { action: 'pay', ...form })
    return (await toss.confirm(keyOf(url), orderId, 12_000)).body
  }
  const transfer = await pay('window-0004', { method: 'TRANSFER', transferBank: '90', accountBank: '88' })
  assert.deepEqual([transfer.method, transfer.transfer.bankCode], ['계좌이체', '90'])
  const account = await pay('window-0005', { method: 'VIRTUAL_ACCOUNT', transferBank: '90', accountBank: '20' })
  assert.deepEqual([account.status, account.virtualAccount.bankCode], ['WAITING_FOR_DEPOSIT', '20'])
  const wallet = await pay('window-0006', { method: 'EASY_PAY', provider: '토스페이' })
  assert.deepEqual([wallet.method, wallet.easyPay.amount, wallet.card], ['간편결제', 12_000, null])
  const mixed = await pay('window-0007', { method: 'EASY_PAY', provider: '카카오페이' })
  assert.deepEqual([mixed.easyPay.provider, mixed.easyPay.amount, mixed.card.amount], ['카카오페이', 0, 12_000])
  const refused = await pay('window-0008', { method: 'CARD', refusal: 'INVALID_STOPPED_CARD' })
  assert.equal(refused.code, 'INVALID_STOPPED_CARD')
})

test('a window may stay open for thirty minutes', async () => {
  const [early, late] = [await opened('window-0009'), await opened('window-0010')]
  runtime.advance(30 * MINUTE - 5_000)
  assert.equal((await press(early, { action: 'pay' })).status, 303)
  runtime.advance(6_000)
  assert.equal((await page(late)).status, 410)
  assert.equal((await press(late, { action: 'pay' })).status, 410)
  assert.equal((await toss.get(`/v1/payments/${keyOf(late)}`)).body.status, 'EXPIRED')
})

test('the page names the order and the amount, escaped, and runs no script', async () => {
  const { text, headers, status } = await page(await opened('window-0011', { method: 'TRANSFER' }))
  assert.equal(status, 200)
  assert.match(text, /12,000원/)
  assert.match(text, /원두 &lt;b&gt;외&lt;\/b&gt; 1건/)
  assert.match(text, /value="TRANSFER"\s+checked/)
  assert.doesNotMatch(text, /<script|<b>/)
  assert.match(String(headers['content-security-policy']), /default-src 'none'/)
})

test('wrong parameters have the codes of the SDK', async () => {
  const cases = [
    [{ clientKey: 'test_gck_nobody' }, 'INVALID_CLIENT_KEY'],
    [{ orderId: 'short' }, 'INVALID_ORDER_ID'],
    [{ amount: 0 }, 'BELOW_ZERO_AMOUNT'],
    [{ amount: 10.5 }, 'INCORRECT_AMOUNT_FORMAT'],
    [{ successUrl: '/success' }, 'INCORRECT_SUCCESS_URL_FORMAT'],
    [{ failUrl: 'javascript:alert(1)' }, 'INCORRECT_FAIL_URL_FORMAT'],
    [{ metadata: Object.fromEntries('abcdef'.split('').map((name) => [name, 'x'])) }, 'INVALID_METADATA'],
    [{ orderName: '가'.repeat(101) }, 'INVALID_ORDER_NAME'],
  ] as const
  for (const [wrong, code] of cases) {
    const answer = await open({ orderId: 'window-0012', ...wrong })
    assert.deepEqual([answer.status, answer.body.code], [400, code])
  }
})

test('an approved order opens no further window', async () => {
  const url = await opened('window-0013')
  await press(url, { action: 'pay' })
  await toss.confirm(keyOf(url), 'window-0013', 12_000)
  assert.equal((await open({ orderId: 'window-0013' })).body.code, 'DUPLICATED_ORDER_ID')
})

test('a receipt is shown once there is one', async () => {
  const url = await opened('window-0014')
  const receipt = url.replace('/window/', '/receipts/')
  assert.equal((await page(receipt)).status, 404)
  await press(url, { action: 'pay' })
  const { body } = await toss.confirm(keyOf(url), 'window-0014', 12_000)
  assert.equal(body.receipt.url, receipt)
  assert.match((await page(receipt)).text, /12,000원/)
})
