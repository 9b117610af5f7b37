import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { payOrder, placeOrder } from '#test/support/client.ts'
import { accessible, fits } from '../support/looks.ts'
import { visitor } from '../support/shop.ts'
import { member, ordersOf, seller } from '../support/stalls.ts'
import { alive } from '../support/steps.ts'

const { sell } = await seller()

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts'

  test(`some of what was ordered is canceled, after seeing what is refunded (${how})`, async () => {
    const { page, leave } = await visitor({ javaScriptEnabled: scripts, viewport: { width: 360, height: 2_000 } })
    const buyer = await member(page)
    const sold = await sell(5, 3_300)
    const order = await placeOrder(buyer, sold.skuId, 3)
    await payOrder(buyer, order)
    const settled = () => (scripts ? alive(page) : Promise.resolve())

    await page.goto(`/orders/${order.id}`)
    await settled()
    await page.getByText('일부만 취소').click()
    await fits(page)
    if (scripts) await accessible(page, 'choosing what to cancel')
    await page.getByRole('button', { name: '환불 금액 확인' }).click()
    await page.getByText('취소할 수량을 하나 이상 입력해 주세요.').waitFor()

    await page.getByLabel(/취소할 수 있는 수량 3개/).fill('2')
    await page.getByRole('button', { name: '환불 금액 확인' }).click()
    const confirm = page.getByRole('form', { name: '이 상품을 취소할까요?' })
    await confirm.getByText('환불 금액').waitFor()
    assert.match((await confirm.textContent())!, /6,600원/)
    await fits(page)
    if (scripts) await accessible(page, 'confirming what to cancel')
    assert.equal((await ordersOf(buyer))[0]!.lines[0].canceled, 0, 'nothing is canceled before it is confirmed')
    await page.getByRole('button', { name: '선택한 상품 취소하기' }).click()
    await page.getByText(/선택하신 상품을 취소했습니다|취소를 접수했습니다/).waitFor()
    await eventually(async () => (await ordersOf(buyer))[0]!.lines[0].canceled === 2, 'the units are canceled')

    await page.goto(`/orders/${order.id}`)
    await page.getByText('2개 취소됨').waitFor()
    await page.getByText('환불 6,600원').waitFor()
    await fits(page)
    // One unit is left: there is nothing to choose from.
    assert.equal(await page.getByText('일부만 취소').count(), 0)
    const [seen] = await ordersOf(buyer)
    assert.deepEqual([seen!.status, seen!.lines[0].refundable], ['PAID', 3_300])

    await leave()
  })
}
