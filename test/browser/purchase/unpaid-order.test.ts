import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { placeOrder as placeByApi, shippingAddress } from '#test/support/client.ts'
import { accessible, fits } from '../support/looks.ts'
import { visitor } from '../support/shop.ts'
import { member, ordersOf, seller } from '../support/stalls.ts'
import { alive, fillAddress } from '../support/steps.ts'

const { sell, stock, reprice, rename } = await seller()

const unpaid = (page: Page) => page.getByRole('region', { name: '결제를 기다리는 주문이 있습니다' })
const buy = ({ productId, skuId }: { productId: string; skuId: string }, quantity = 1): string =>
  `/checkout?product=${productId}&sku=${skuId}&quantity=${quantity}`

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts'

  test(`the last unit, ordered and gone back from, is mine to pay or to change (${how})`, async () => {
    const { page, leave } = await visitor({ javaScriptEnabled: scripts, viewport: { width: 360, height: 740 } })
    const buyer = await member(page)
    const last = await sell(1, 1_000)
    await buyer.must('PUT', `/api/cart/items/${last.skuId}`, { quantity: 1 })
    await page.goto('/cart')
    if (scripts) await alive(page)
    await page.getByRole('button', { name: /주문하기$/ }).click()
    await page.getByRole('heading', { name: '주문서' }).waitFor()
    await fillAddress(page)
    await page.getByRole('button', { name: /결제하기$/ }).click()
    await page.waitForURL(/\/checkout\/pay\//)
    const [placed] = await ordersOf(buyer)

    await page.goBack()
    await unpaid(page)
      .getByText(/\d\d:\d\d까지 재고를 잡아 두었습니다/)
      .waitFor()
    await fits(page)
    if (scripts) await accessible(page, 'a checkout with an unpaid order')
    // Nothing is left for another one.
    assert.equal(await page.getByRole('link', { name: /별도로 하나 더/ }).count(), 0)

    await page.goto('/cart')
    await page.getByText(/주문에 1개를 \d\d:\d\d까지 잡아 두었습니다/).waitFor()
    assert.equal(await page.getByText('품절').count(), 0)
    await fits(page)
    await page.getByRole('link', { name: /이어서 결제하기/ }).click()
    await page.waitForURL(`**/checkout/pay/${placed!.id}`)

    // From the cart to the checkout again, and changed: it stays one order.
    await page.goto('/checkout')
    await unpaid(page).waitFor()
    if (scripts) await alive(page)
    await fillAddress(page)
    await page.getByLabel('받는 분').fill('성춘향')
    await page.getByRole('button', { name: '이 주문을 바꾸고 1,000원 결제하기' }).click()
    await page.waitForURL(`**/checkout/pay/${placed!.id}`)
    const orders = await ordersOf(buyer)
    assert.equal(orders.length, 1)
    assert.equal(orders[0]!.shippingAddress.recipient, '성춘향')
    assert.deepEqual(await stock(last.productId), [1, 1])

    await page.goto(`/products/${last.productId}`)
    await page.getByText(/주문에 이 상품을 \d\d:\d\d까지 잡아 두었습니다/).waitFor()
    await leave()
  })

  test(`with more in stock, going back and ordering again makes no second order unless it is asked for (${how})`, async () => {
    const { page, leave } = await visitor({ javaScriptEnabled: scripts })
    const buyer = await member(page)
    const thing = await sell(5, 1_000)
    await page.goto(buy(thing))
    if (scripts) await alive(page)
    await fillAddress(page)
    await page.getByRole('button', { name: '1,000원 결제하기' }).click()
    await page.waitForURL(/\/checkout\/pay\//)
    const first = page.url()
    await page.goBack()
    await unpaid(page).waitFor()
    await unpaid(page).getByRole('link', { name: '이어서 결제하기' }).click()
    await page.waitForURL(first)
    assert.deepEqual(await stock(thing.productId), [5, 1])

    // Another quantity changes the order, at the price it was placed for what it holds.
    await reprice(thing.productId, thing.skuId, 1_500)
    await page.goto(buy(thing, 2))
    await unpaid(page).waitFor()
    if (scripts) await alive(page)
    await page.getByRole('button', { name: /^이 주문을 바꾸고/ }).click()
    // The window may still show the former price of what is added: then the new one is asked about first.
    const asks = page.getByRole('alert')
    await asks.or(page.getByRole('heading', { name: '결제', level: 1 })).waitFor()
    if (await asks.isVisible()) await page.getByRole('button', { name: '이 주문을 바꾸고 2,500원 결제하기' }).click()
    await page.waitForURL(first)
    assert.deepEqual(
      (await ordersOf(buyer)).map((each) => each.amount),
      [2_500],
    )
    assert.deepEqual(await stock(thing.productId), [5, 2])

    // Besides it, when that is what is wanted; and then again there is one to go on with.
    await page.goto(buy(thing))
    await page.getByRole('link', { name: '이 주문과 별도로 하나 더 주문하기' }).click()
    await unpaid(page).waitFor({ state: 'detached' })
    if (scripts) await alive(page)
    await fillAddress(page)
    await page.getByRole('button', { name: '1,500원 결제하기' }).click()
    await page.waitForURL((url) => url.pathname.startsWith('/checkout/pay/') && url.href !== first)
    assert.deepEqual(await stock(thing.productId), [5, 3])
    await page.goBack()
    await unpaid(page).waitFor()
    assert.equal((await ordersOf(buyer)).length, 2)
    await leave()
  })
}

test('a page from before an order was placed makes no second one: it leads to the first', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const thing = await sell(5, 1_000)
  await page.goto(buy(thing))
  await alive(page)
  await fillAddress(page)
  await page.getByLabel('받는 분').fill('홍길동')
  // In another tab, or by another client, the same was ordered meanwhile.
  const placed = await placeByApi(buyer, thing.skuId)
  assert.equal(placed.shippingAddress.address1, shippingAddress.address1)
  await page.getByRole('button', { name: '1,000원 결제하기' }).click()
  await page.waitForURL(`**/checkout/pay/${placed.id}`)

  // With another address it is asked about.
  const stale = await page.context().newPage()
  await stale.goto(`${buy(thing)}&besides=${placed.id}`)
  await alive(stale)
  const second = await placeByApi(buyer, thing.skuId)
  await fillAddress(stale)
  await stale.getByLabel('받는 분').fill('성춘향')
  await stale.getByRole('button', { name: '1,000원 결제하기' }).click()
  await stale.getByRole('alert').filter({ hasText: '결제를 기다리는 주문이 이미 있습니다' }).waitFor()
  await unpaid(stale).waitFor()
  assert.equal(await stale.getByLabel('받는 분').inputValue(), '성춘향')
  assert.equal((await ordersOf(buyer)).length, 2)
  await stale.getByRole('button', { name: /^이 주문을 바꾸고/ }).click()
  await stale.waitForURL(`**/checkout/pay/${second.id}`)
  assert.deepEqual(await stock(thing.productId), [5, 2])
  await leave()
})

test('what came into an unpaid order otherwise stays in it; what was deselected is named as dropped', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const [one, other, third] = [await sell(5, 1_000), await sell(5, 500), await sell(5, 10)]
  await rename(other.productId, '접이식 의자')
  await rename(third.productId, '머리핀')
  await buyer.must(
    'POST',
    '/api/orders',
    { items: [one, other, third].map(({ skuId }) => ({ skuId, quantity: 1 })), shippingAddress },
    { 'idempotency-key': 'three' },
  )
  // The chair lies in the cart, not chosen; of the hairpin the cart knows nothing.
  await buyer.must('PUT', `/api/cart/items/${one.skuId}`, { quantity: 2 })
  await buyer.must('PUT', `/api/cart/items/${other.skuId}`, { quantity: 1, chosen: false })
  await page.goto('/checkout')
  await alive(page)
  await page.getByRole('region', { name: '이번 주문에서 빠지는 상품' }).getByText('접이식 의자').waitFor()
  await page.getByRole('button', { name: '이 주문을 바꾸고 2,010원 결제하기' }).click()
  await page.waitForURL(/\/checkout\/pay\//)
  const [order, ...more] = await ordersOf(buyer)
  assert.equal(more.length, 0)
  assert.deepEqual(
    new Set(order!.lines.map((line) => `${line.productName} ${line.quantity}`)),
    new Set(['무선 이어폰 2', '머리핀 1']),
  )
  await leave()
})
