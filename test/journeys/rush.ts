import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import {
  apiClient,
  payOrder,
  putOnSale,
  shippingAddress,
  signInStaff,
  signUp,
  type ApiClient,
} from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

const FEW = 5

/** Many who want the same. */
export const rush = (shop: ShopUnderTest): void => {
  let staff: ApiClient
  before(async () => {
    staff = await signInStaff(shop.origin)
  })

  test('of many orders at once for the last few, exactly as many are taken as there is stock', async () => {
    const { productId, skuId } = await putOnSale(staff, FEW)
    const buyers = await Promise.all(Array.from({ length: 8 }, () => signUp(shop.origin)))
    const body = { items: [{ skuId, quantity: 1 }], shippingAddress }
    const tries = await Promise.all(
      buyers.flatMap((buyer) =>
        Array.from({ length: 4 }, async () => ({
          buyer,
          answer: await buyer.send('POST', '/api/orders', body, { 'idempotency-key': randomUUID() }),
        })),
      ),
    )
    const taken = tries.filter(({ answer }) => answer.status === 201)
    assert.equal(taken.length, FEW)
    for (const { answer } of tries)
      if (answer.status !== 201) assert.deepEqual([answer.status, answer.body.code], [409, 'OUT_OF_STOCK'])
    for (const { buyer, answer } of taken) assert.equal((await payOrder(buyer, answer.body)).status, 'PAID')
    await eventually(async () => {
      const { skus } = await staff.must('GET', `/api/products/${productId}`)
      return skus[0].onHand === 0 && skus[0].reserved === 0
    }, 'all are sold')
    const visitor = apiClient(shop.origin)
    await eventually(
      async () => (await visitor.must('GET', `/api/catalog/products/${productId}`)).soldOut,
      'the window says so',
    )
  })

  test('the same key places one order, however often it is sent at once', async () => {
    const { skuId } = await putOnSale(staff, 50)
    const buyer = await signUp(shop.origin)
    const headers = { 'idempotency-key': randomUUID() }
    const body = { items: [{ skuId, quantity: 1 }], shippingAddress }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => buyer.send('POST', '/api/orders', body, headers)),
    )
    assert.deepEqual([...new Set(answers.map((each) => each.status))], [201])
    assert.equal(new Set(answers.map((each) => each.body.id)).size, 1)
    const other = { ...body, items: [{ skuId, quantity: 2 }] }
    assert.equal((await buyer.send('POST', '/api/orders', other, headers)).body.code, 'IDEMPOTENCY_CONFLICT')
    assert.equal((await buyer.must('GET', '/api/orders')).items.length, 1)
  })
}
