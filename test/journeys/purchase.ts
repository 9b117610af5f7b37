import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  apiClient,
  type ApiClient,
  payOrder,
  placeOrder,
  putOnSale,
  signInStaff,
  signUp,
} from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

/** From the door to the confirmation, and back out again. */
export const purchase = (shop: ShopUnderTest): void => {
  let staff: ApiClient
  before(async () => {
    staff = await signInStaff(shop.origin)
  })

  test('a person signs up, finds a product, buys it and is told so', async () => {
    const { productId, skuId } = await putOnSale(staff, 5, 12_900)
    const visitor = apiClient(shop.origin)
    await eventually(
      async () => (await visitor.send('GET', `/api/catalog/products/${productId}`)).status === 200,
      'the product is in the catalogue',
    )
    // A search engine of its own hears of it a moment later.
    await eventually(async () => {
      const found = await visitor.must('GET', `/api/catalog/products?q=${encodeURIComponent('이어폰')}`)
      return found.items.some((each: { id: string }) => each.id === productId)
    }, 'it is found')

    const buyer = await signUp(shop.origin)
    const cart = await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 2 })
    assert.equal(cart.amount, 25_800)
    const order = await placeOrder(buyer, skuId, 2)
    assert.equal(order.status, 'PENDING_PAYMENT')
    assert.equal((await payOrder(buyer, order)).status, 'PAID')
    assert.equal((await buyer.must('GET', `/api/orders/${order.id}`)).status, 'PAID')

    await eventually(async () => {
      const inbox = await buyer.must('GET', '/api/notifications')
      return inbox.items.some(
        (each: { type: string; link: string }) => each.type === 'order.paid' && each.link.includes(order.id),
      )
    }, 'the inbox tells of the order')
    let confirmation = ''
    await eventually(async () => {
      const mails = await buyer.must('GET', `/simulators/mailbox/messages?to=${encodeURIComponent(buyer.email)}`)
      const found = mails.items.find((each: { text: string }) => each.text.includes(order.number))
      confirmation = found?.text ?? ''
      return found !== undefined
    }, 'the confirmation arrives by mail')
    const link = /https?:\S+/.exec(confirmation)![0]
    assert.equal(new URL(link).pathname, `/orders/${order.id}`)
    assert.equal((await fetch(new URL('/api/catalog/categories', link))).status, 200, 'its link leads to the shop')
    await eventually(async () => (await buyer.must('GET', '/api/cart')).items.length === 0, 'the cart is empty')
  })

  test('a paid order is canceled: the money goes back, the stock comes back', async () => {
    const { productId, skuId } = await putOnSale(staff, 1)
    const buyer = await signUp(shop.origin)
    const order = await placeOrder(buyer, skuId)
    await payOrder(buyer, order)
    assert.equal((await buyer.must('POST', `/api/orders/${order.id}/cancel`, { reason: '변심' })).status, 'CANCELED')
    await eventually(async () => {
      const { skus } = await staff.must('GET', `/api/products/${productId}`)
      return skus[0].onHand === 1 && skus[0].reserved === 0
    }, 'the stock is back')
    const { items } = await buyer.must('GET', `/simulators/toss/record?orderId=${order.id}`)
    assert.deepEqual(
      items.map((each: { balanceAmount: number }) => each.balanceAmount),
      [0],
    )
  })

  test('whoever signs out is out at once, everywhere', async () => {
    const buyer = await signUp(shop.origin)
    assert.equal((await buyer.send('GET', '/api/members/me')).status, 200)
    await buyer.must('POST', '/api/auth/sign-out', {})
    await eventually(async () => (await buyer.send('GET', '/api/members/me')).status === 401, 'the token is refused')
  })
}
