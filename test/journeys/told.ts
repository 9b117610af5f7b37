import assert from 'node:assert/strict'
import { once } from 'node:events'
import { before, test } from 'node:test'
import WebSocket from 'ws'
import { payOrder, placeOrder, putOnSale, signInStaff, signUp, type ApiClient } from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import type { ShopUnderTest } from '#test/support/processes/topologies.ts'

/** Being told while one looks. */
export const told = (shop: ShopUnderTest): void => {
  let staff: ApiClient
  before(async () => {
    staff = await signInStaff(shop.origin)
  })

  test('whoever listens is told of the payment at once, and nobody else is', async () => {
    const { skuId } = await putOnSale(staff, 5)
    const [buyer, other] = [await signUp(shop.origin), await signUp(shop.origin)]
    const listen = async (person: ApiClient) => {
      const { ticket } = await person.must('POST', '/api/notifications/tickets', {})
      const heard: string[] = []
      const socket = new WebSocket(`${shop.origin.replace('http', 'ws')}/api/notifications/stream?ticket=${ticket}`)
      socket.on('message', (text) => heard.push(String(text)))
      await once(socket, 'open')
      return { socket, heard }
    }
    const [mine, theirs] = [await listen(buyer), await listen(other)]
    const order = await placeOrder(buyer, skuId)
    await payOrder(buyer, order)
    await eventually(() => mine.heard.some((each) => each.includes(order.id)), 'the listener is told')
    await eventually(
      async () => (await buyer.must('GET', '/api/notifications')).items.length > 0,
      'the inbox has it too',
    )
    assert.deepEqual(
      theirs.heard.filter((each) => each.includes(order.id)),
      [],
    )
    for (const each of [mine, theirs]) each.socket.close()
  })
}
