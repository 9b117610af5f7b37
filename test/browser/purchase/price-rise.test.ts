import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessible, fits } from '../support/looks.ts'
import { visitor } from '../support/shop.ts'
import { member, ordersOf, seller } from '../support/stalls.ts'
import { alive, fillAddress } from '../support/steps.ts'

const { sell, stock, reprice } = await seller()

for (const scripts of [true, false])
  for (const way of ['from the cart', 'bought at once'] as const)
    test(`a price that rises while the checkout is open is shown and asked about (${way}, ${scripts ? 'with' : 'without'} scripts)`, async () => {
      const { page, leave } = await visitor({ javaScriptEnabled: scripts, viewport: { width: 360, height: 740 } })
      const buyer = await member(page)
      const { productId, skuId } = await sell(5, 10_000)
      if (way === 'from the cart') await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 2 })
      await page.goto(way === 'from the cart' ? '/checkout' : `/checkout?product=${productId}&sku=${skuId}&quantity=2`)
      if (scripts) await alive(page)
      await fillAddress(page)
      await reprice(productId, skuId, 12_000)
      await page.getByRole('button', { name: '20,000원 결제하기' }).click()

      await page.getByRole('alert').filter({ hasText: '20,000원에서 24,000원으로' }).waitFor()
      await page.getByRole('region', { name: '주문 상품' }).getByText('이전 금액 20,000원').waitFor()
      assert.deepEqual(await ordersOf(buyer), [])
      assert.deepEqual(await stock(productId), [5, 0])
      assert.equal(await page.getByLabel('우편번호').inputValue(), '04524')
      await fits(page)
      // Not under the bar of a phone, which lies over whatever is there.
      await page.setViewportSize({ width: 1280, height: 900 })
      if (scripts) await accessible(page, 'a checkout whose price rose')

      await page.getByRole('button', { name: '24,000원 결제하기' }).click()
      await page.waitForURL(/\/checkout\/pay\//)
      assert.deepEqual(
        (await ordersOf(buyer)).map((each) => each.amount),
        [24_000],
      )
      await leave()
    })

test('in English the new amount is said as well', async () => {
  const { page, leave } = await visitor()
  await member(page)
  const { productId, skuId } = await sell(5, 10_000)
  await page
    .getByRole('button', { name: /English/ })
    .first()
    .click()
  await page
    .getByRole('button', { name: /한국어/ })
    .first()
    .waitFor()
  await page.goto(`/checkout?product=${productId}&sku=${skuId}&quantity=1`)
  await alive(page)
  await page.getByLabel('Phone').fill('010-1234-5678')
  await page.getByLabel('Postcode').fill('04524')
  await page.getByLabel('Street address').fill('110 Sejong-daero')
  await reprice(productId, skuId, 9_000)
  await page.getByRole('button', { name: 'Pay ₩10,000' }).click()
  await page.getByRole('alert').filter({ hasText: '₩9,000 instead of ₩10,000' }).waitFor()
  await page.getByRole('button', { name: 'Pay ₩9,000' }).click()
  await page.waitForURL(/\/checkout\/pay\//)
  await leave()
})
