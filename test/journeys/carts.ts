import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { apiClient, PASSWORD, putOnSale, signInStaff, signUp, type ApiClient } from '#test/support/client.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

/** A guest's cart, and what becomes of it. */
export const carts = (shop: ShopUnderTest): void => {
  let staff: ApiClient
  before(async () => {
    staff = await signInStaff(shop.origin)
  })

  test('what a guest put in the cart joins what the member had; the guest’s own is empty then', async () => {
    const [first, second] = [await putOnSale(staff, 9, 1_000), await putOnSale(staff, 9, 2_000)]
    const buyer = await signUp(shop.origin)
    await buyer.must('PUT', `/api/cart/items/${first.skuId}`, { quantity: 1 })

    const guest = apiClient(shop.origin)
    const as = { 'x-guest-id': randomUUID() }
    await guest.must('PUT', `/api/cart/items/${first.skuId}`, { quantity: 2 }, as)
    assert.equal((await guest.must('PUT', `/api/cart/items/${second.skuId}`, { quantity: 3 }, as)).amount, 8_000)
    const session = await guest.must('POST', '/api/auth/sign-in', { email: buyer.email, password: PASSWORD }, as)

    const member = Object.assign(apiClient(shop.origin), { token: session.accessToken })
    const { items, amount } = await member.must('GET', '/api/cart')
    const quantities = new Map(items.map((each: { skuId: string; quantity: number }) => [each.skuId, each.quantity]))
    assert.deepEqual([quantities.get(first.skuId), quantities.get(second.skuId), quantities.size], [3, 3, 2])
    assert.equal(amount, 9_000)
    assert.deepEqual((await guest.must('GET', '/api/cart', undefined, as)).items, [])
  })
}
