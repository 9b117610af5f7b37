import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { pino } from 'pino'
import { tossClient } from './client.ts'

let answer: { status: number; body: unknown } = { status: 200, body: {} }
const server = createServer((_request, response) => {
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const toss = tossClient({
  baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  secretKey: () => 'test_sk',
  log: pino({ enabled: false }),
})
after(async () => {
  await toss.close()
  server.close()
})

const payment = {
  paymentKey: 'key',
  orderId: 'order-1',
  status: 'PARTIAL_CANCELED',
  totalAmount: 30_000,
  balanceAmount: 29_999,
  method: '카드\u0000',
  cancels: [{ transactionKey: 't', cancelAmount: 1, cancelReason: `${'가'.repeat(199)}\ud83d` }],
}

test('text of the provider that could not be stored is replaced before it goes anywhere', async () => {
  answer = { status: 200, body: payment }
  const found = await toss.find('key')
  assert.ok(found.kind === 'payment')
  assert.equal(found.payment.method, '카드\ufffd')
  assert.equal(found.payment.cancels?.[0]?.cancelReason, `${'가'.repeat(199)}\ufffd`)

  answer = { status: 400, body: { code: 'NO_SUCH_CODE', message: '거절\u0000\ude42' } }
  const refused = await toss.find('key')
  assert.ok(refused.kind === 'error')
  assert.equal(refused.message, '거절\ufffd\ufffd')
})

test('amounts that no payment can have are no answer', async () => {
  for (const wrong of [
    { balanceAmount: -1 },
    { totalAmount: -30_000 },
    { totalAmount: 1.5 },
    { totalAmount: 1e20 },
    { cancels: [{ transactionKey: 't', cancelAmount: -1 }] },
  ]) {
    answer = { status: 200, body: { ...payment, ...wrong } }
    const found = await toss.find('key')
    assert.ok(found.kind === 'error' && found.meaning === 'unknown', JSON.stringify(wrong))
  }
})
