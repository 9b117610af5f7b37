import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { payOrder, placeOrder, putOnSale, signInStaff, signUp, type ApiClient } from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

/** Ways to pay that do not go straight. */
export const payments = (shop: ShopUnderTest): void => {
  let staff: ApiClient
  before(async () => {
    staff = await signInStaff(shop.origin)
  })
  const ordered = async () => {
    const { productId, skuId } = await putOnSale(staff, 3, 5_000)
    const buyer = await signUp(shop.origin)
    const order = await placeOrder(buyer, skuId)
    const status = async (): Promise<string> => (await buyer.must('GET', `/api/orders/${order.id}`)).status
    return { productId, skuId, buyer, order, status }
  }

  test('a virtual account is issued; the order is paid once the money arrives', async () => {
    const { buyer, order, status } = await ordered()
    const { id: orderId, amount } = order
    const { paymentKey } = await buyer.must('POST', '/simulators/toss/approve', {
      orderId,
      amount,
      method: 'VIRTUAL_ACCOUNT',
    })
    const answer = await buyer.must('POST', '/api/payments/confirm', { paymentKey, orderId, amount })
    assert.equal(answer.status, 'AWAITING_DEPOSIT')
    assert.equal(await status(), 'AWAITING_DEPOSIT')
    await buyer.must('POST', '/simulators/toss/deposits', { orderId, action: 'deposit' })
    await eventually(async () => (await status()) === 'PAID', 'the order is paid')
    const { items } = await buyer.must('GET', `/api/orders/${orderId}/payments`)
    assert.deepEqual(
      items.map((each: { status: string; amount: number }) => [each.status, each.amount]),
      [['CAPTURED', 5_000]],
    )
  })

  test('a refused card moves no money and leaves the order payable', async () => {
    const { buyer, order, status } = await ordered()
    const { id: orderId, amount } = order
    const { paymentKey } = await buyer.must('POST', '/simulators/toss/approve', {
      orderId,
      amount,
      refusal: 'REJECT_CARD_COMPANY',
    })
    const refused = await buyer.send('POST', '/api/payments/confirm', { paymentKey, orderId, amount })
    assert.deepEqual([refused.status, refused.body.code], [402, 'PAYMENT_REFUSED'])
    await eventually(async () => (await status()) === 'PENDING_PAYMENT', 'the order can be paid again')
    assert.equal((await payOrder(buyer, order)).status, 'PAID')
  })

  test('another amount than the order’s is refused before any money moves', async () => {
    const { buyer, order, status } = await ordered()
    const { paymentKey } = await buyer.must('POST', '/simulators/toss/approve', { orderId: order.id, amount: 10 })
    const answer = await buyer.send('POST', '/api/payments/confirm', { paymentKey, orderId: order.id, amount: 10 })
    assert.deepEqual([answer.status, answer.body.code], [400, 'AMOUNT_MISMATCH'])
    assert.equal(await status(), 'PENDING_PAYMENT')
    const { items } = await buyer.must('GET', `/simulators/toss/record?orderId=${order.id}`)
    assert.deepEqual(
      items.map((each: { capturedAmount: number }) => each.capturedAmount),
      [0],
    )
  })

  test('another member sees nothing of an order', async () => {
    const { order } = await ordered()
    const stranger = await signUp(shop.origin)
    assert.equal((await stranger.send('GET', `/api/orders/${order.id}`)).status, 404)
    assert.equal((await stranger.send('POST', `/api/orders/${order.id}/cancel`, { reason: '변심' })).status, 404)
  })
}
