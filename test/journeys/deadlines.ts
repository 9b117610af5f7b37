import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { payOrder, placeOrder, putOnSale, signInStaff, signUp, type ApiClient } from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

const MINUTE = 60_000

/** What time does. */
export const deadlines = (shop: ShopUnderTest): void => {
  let staff: ApiClient
  before(async () => {
    staff = await signInStaff(shop.origin)
  })

  test('an order that nobody pays ends at its deadline and gives its stock back; a paid one stays', async () => {
    const { productId, skuId } = await putOnSale(staff, 2)
    const buyer = await signUp(shop.origin)
    const [forgotten, paid] = [await placeOrder(buyer, skuId), await placeOrder(buyer, skuId)]
    await payOrder(buyer, paid)
    await shop.advance(9 * MINUTE)
    assert.equal((await buyer.must('GET', `/api/orders/${forgotten.id}`)).status, 'PENDING_PAYMENT')

    await shop.advance(MINUTE + 1_000)
    const statusOf = async (order: { id: string }): Promise<string> =>
      (await buyer.must('GET', `/api/orders/${order.id}`)).status
    await eventually(async () => (await statusOf(forgotten)) === 'EXPIRED', 'the order is expired')
    assert.equal(await statusOf(paid), 'PAID')
    await eventually(async () => {
      const { skus } = await staff.must('GET', `/api/products/${productId}`)
      return skus[0].onHand === 1 && skus[0].reserved === 0
    }, 'the stock is back')
    const { paymentKey } = await buyer.must('POST', '/simulators/toss/approve', {
      orderId: forgotten.id,
      amount: forgotten.amount,
    })
    const late = { paymentKey, orderId: forgotten.id, amount: forgotten.amount }
    assert.equal((await buyer.send('POST', '/api/payments/confirm', late)).body.code, 'ORDER_EXPIRED')
  })
}
