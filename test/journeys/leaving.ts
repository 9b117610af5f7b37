import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  apiClient,
  PASSWORD,
  placeOrder,
  putOnSale,
  signInStaff,
  signUp,
  type ApiClient,
} from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

/** Ending a membership. */
export const leaving = (shop: ShopUnderTest): void => {
  let staff: ApiClient
  before(async () => {
    staff = await signInStaff(shop.origin)
  })

  test('a member with an open order cannot leave; afterwards they are gone everywhere', async () => {
    const { skuId } = await putOnSale(staff, 5)
    const buyer = await signUp(shop.origin)
    const signIn = () =>
      apiClient(shop.origin).send('POST', '/api/auth/sign-in', { email: buyer.email, password: PASSWORD })
    const order = await placeOrder(buyer, skuId)
    const refused = await buyer.send('DELETE', '/api/members/me')
    assert.deepEqual([refused.status, refused.body.code], [409, 'ORDERS_OPEN'])
    const { id, number } = order
    assert.deepEqual(refused.body.data.open, [{ reason: 'UNPAID', count: 1, orders: [{ id, number }] }])
    assert.match(refused.body.detail, /1/)
    assert.equal((await signIn()).status, 200)

    await buyer.must('POST', `/api/orders/${order.id}/cancel`, { reason: '변심' })
    assert.equal((await buyer.send('DELETE', '/api/members/me')).status, 204)
    await eventually(async () => (await buyer.send('GET', '/api/members/me')).status === 401, 'the token is refused')
    await eventually(async () => (await signIn()).status === 401, 'nobody can sign in')
  })
}
