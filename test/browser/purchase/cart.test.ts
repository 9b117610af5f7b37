import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { apiClient, PASSWORD, signInStaff, signUp } from '#test/support/client.ts'
import { eventually } from '#test/support/eventually.ts'
import { accessible, fits } from '../support/looks.ts'
import { origin, visitor } from '../support/shop.ts'
import { member, ordersOf, seller } from '../support/stalls.ts'
import { alive, fillAddress, signIn } from '../support/steps.ts'

const { sell, stop, rename } = await seller()

const order = (page: Page) => page.getByRole('main').getByRole('button', { name: /주문하기$/ })
const more = (page: Page) => page.getByRole('main').getByRole('button', { name: '수량 늘리기' })
const inCheckout = async (page: Page, text: RegExp): Promise<void> => {
  await page.getByRole('heading', { name: '주문서' }).waitFor()
  await page.getByRole('region', { name: '주문 상품' }).getByText(text).waitFor()
}

/** Holds back what the cart's page sends, until told. */
const slowCart = async (page: Page): Promise<() => void> => {
  let go = (): void => {}
  const gate = new Promise<void>((resolve) => (go = resolve))
  await page.route('**/cart/changes', async (route) => {
    await gate
    await route.continue()
  })
  return go
}

test('two presses of more and at once on to the checkout: both are ordered, however slow they travel', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const { skuId } = await sell(9, 1_000)
  await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  await page.goto('/cart')
  await alive(page)
  const go = await slowCart(page)
  await more(page).click()
  await more(page).click()
  await order(page).click()
  go()
  await inCheckout(page, /^3개$/)
  await page.getByRole('button', { name: '3,000원 결제하기' }).waitFor()
  assert.equal((await buyer.must('GET', '/api/cart')).items[0].quantity, 3)
  await leave()
})

test('a link leads away from the cart once what was changed is saved; so does the back button', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const { skuId } = await sell(9, 1_000)
  await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  await page.goto('/me')
  await alive(page)
  await page
    .getByRole('link', { name: /^장바구니/ })
    .first()
    .click()
  await page.getByRole('heading', { name: '장바구니' }).waitFor()
  const go = await slowCart(page)
  await more(page).click()
  await more(page).click()
  await page.goBack()
  await page.getByRole('heading', { name: '장바구니' }).waitFor()
  go()
  await page.getByRole('heading', { name: '내 정보' }).waitFor()
  assert.equal((await buyer.must('GET', '/api/cart')).items[0].quantity, 3)
  await leave()
})

test('whoever closes the cart right after a change has it saved all the same', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const { skuId } = await sell(9, 1_000)
  await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  const tab = await page.context().newPage()
  await tab.goto('/cart')
  await alive(tab)
  // The first request hangs: what comes after it waits, and goes out with the page.
  await tab.evaluate(() => void (window.fetch = () => new Promise(() => {})))
  for (const quantity of ['2', '3', '4']) {
    await more(tab).click()
    await tab.waitForFunction(
      (value) => document.querySelector('main input[inputmode]')?.matches(`[value="${value}"]`),
      quantity,
    )
  }
  await tab.close()
  await eventually(async () => (await buyer.must('GET', '/api/cart')).items[0].quantity === 4, 'all three are saved')
  await leave()
})

test('a cart that is loaded anew while a change is on its way shows it all the same', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const { skuId } = await sell(9, 1_000)
  await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  await page.goto('/cart')
  await alive(page)
  await more(page).click()
  await page.reload()
  await page.getByRole('button', { name: '2,000원 주문하기' }).waitFor()
  assert.equal(await page.getByRole('textbox', { name: /수량$/ }).inputValue(), '2')
  await leave()
})

test('what cannot be saved is said, and the reader may go on', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const { skuId } = await sell(9, 1_000)
  await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  await page.goto('/cart')
  await alive(page)
  await page.route('**/cart/changes', (route) => route.abort())
  await more(page).click()
  await page.getByRole('alert').filter({ hasText: '저장하지 못했습니다' }).waitFor()
  await page.unroute('**/cart/changes')
  await more(page).click()
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await eventually(async () => (await buyer.must('GET', '/api/cart')).items[0].quantity === 3, 'both are saved')
  await leave()
})

test('lines are chosen, the choice stays, and only what is chosen is ordered', async () => {
  const { page, leave } = await visitor({ viewport: { width: 360, height: 740 } })
  const buyer = await member(page)
  const [one, other] = [await sell(9, 1_000), await sell(9, 500)]
  await rename(other.productId, '접이식 의자')
  for (const { skuId } of [one, other]) await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 2 })
  await page.goto('/cart')
  await alive(page)
  await page.getByText('2종 중 2종 선택').waitFor()
  await page.getByRole('checkbox', { name: '접이식 의자 선택' }).uncheck()
  await page.getByRole('button', { name: '2,000원 주문하기' }).waitFor()
  await eventually(
    async () => (await buyer.must('GET', '/api/cart')).items.some((each: any) => !each.chosen),
    'the choice is saved',
  )
  await page.reload()
  await alive(page)
  assert.equal(await page.getByRole('checkbox', { name: '접이식 의자 선택' }).isChecked(), false)
  await fits(page)
  await accessible(page, 'a cart with a choice')
  await page.getByRole('button', { name: '모두 해제' }).click()
  await page.getByText('2종 중 0종 선택').waitFor()
  await order(page).click()
  await page.getByRole('alert').filter({ hasText: '주문할 상품을 선택해 주세요' }).waitFor()
  await page.getByRole('checkbox', { name: /이어폰 선택/ }).check()
  await order(page).click()
  await inCheckout(page, /이어폰/)
  assert.equal(await page.getByText('접이식 의자').count(), 0)
  await fits(page)
  await leave()
})

test('a cart of more kinds than an order takes says the limit, and is ordered by choosing', async () => {
  const staff = await signInStaff(origin)
  const made = await staff.must('POST', '/api/products', {
    name: '리본',
    options: [
      { name: '색상', values: Array.from({ length: 50 }, (_, i) => `${i}번`) },
      { name: '폭', values: ['좁은', '넓은', '아주 넓은'] },
    ],
    skus: Array.from({ length: 50 }, (_, i) => i).flatMap((i) =>
      ['좁은', '넓은', '아주 넓은'].map((폭) => ({ options: { 색상: `${i}번`, 폭 }, price: 100, onHand: 9 })),
    ),
  })
  const skuIds: string[] = made.skus.map((each: { id: string }) => each.id)
  const buyer = await signUp(origin)
  const guestId = randomUUID()
  const guest = apiClient(origin)
  for (const skuId of skuIds.slice(0, 100)) await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  for (const skuId of skuIds.slice(100, 103))
    await guest.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 }, { 'x-guest-id': guestId })
  await guest.must('POST', '/api/auth/sign-in', { email: buyer.email, password: PASSWORD }, { 'x-guest-id': guestId })

  const { page, leave } = await visitor()
  await page.goto('/sign-in?next=/cart')
  await signIn(page, buyer.email, PASSWORD)
  await page.getByText('103종 중 103종 선택').waitFor()
  await alive(page)
  await page.getByText('한 번에 100종까지 주문할 수 있으니').waitFor()
  await order(page).click()
  await page.waitForFunction(() => document.readyState === 'complete')
  // The checkout by its address says so as well.
  await page.goto('/checkout')
  await page.getByText('103종을 고르셨습니다').waitFor()
  await page.getByRole('link', { name: '장바구니로 돌아가기' }).click()
  await page.getByRole('button', { name: '앞에서 100종만 선택' }).click()
  await page.getByText('103종 중 100종 선택').waitFor()
  await order(page).click()
  await page.getByRole('heading', { name: '주문서' }).waitFor()
  await fillAddress(page)
  await page.getByRole('button', { name: '10,000원 결제하기' }).click()
  await page.waitForURL(/\/checkout\/pay\//)
  const [placed] = await ordersOf(buyer)
  assert.equal(placed!.lines.length, 100)
  await leave()
})

test('one stopped product is named, and the rest is ordered without it', async () => {
  const { page, leave } = await visitor()
  const buyer = await member(page)
  const [one, gone] = [await sell(9, 1_000), await sell(9, 500)]
  await rename(gone.productId, '접이식 의자')
  for (const { skuId } of [one, gone]) await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  await page.goto('/checkout')
  await alive(page)
  await page.getByRole('button', { name: '1,500원 결제하기' }).waitFor()
  await fillAddress(page)
  await stop(gone.productId)
  await page.getByRole('button', { name: '1,500원 결제하기' }).click()
  await page
    .getByRole('alert')
    .filter({ hasText: /접이식 의자.*이 상품을 빼고/ })
    .waitFor()
  const left = page.getByRole('region', { name: '이번 주문에서 빠지는 상품' })
  await left.getByText('판매가 끝난 상품입니다.').waitFor()
  assert.deepEqual(await ordersOf(buyer), [])
  await accessible(page, 'a checkout without a stopped product')
  await page.getByRole('button', { name: '1,000원 결제하기' }).click()
  await page.waitForURL(/\/checkout\/pay\//)
  const [placed] = await ordersOf(buyer)
  assert.deepEqual([placed!.amount, placed!.lines.length], [1_000, 1])
  await leave()
})

test('without scripts quantities and choices are sent with the order, and nothing typed is lost', async () => {
  const { page, leave } = await visitor({ javaScriptEnabled: false })
  const buyer = await member(page)
  const [one, other, third] = [await sell(9, 1_000), await sell(9, 500), await sell(9, 10)]
  await rename(other.productId, '접이식 의자')
  await rename(third.productId, '머리핀')
  for (const { skuId } of [one, other, third]) await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  await page.goto('/cart')
  await page.getByRole('textbox', { name: /이어폰 수량/ }).fill('4')
  await page.getByRole('button', { name: '머리핀 삭제' }).click()
  await page.getByRole('checkbox', { name: '접이식 의자 선택' }).uncheck()
  assert.equal(await page.getByRole('textbox', { name: /이어폰 수량/ }).inputValue(), '4')
  await page.getByRole('textbox', { name: /이어폰 수량/ }).fill('5')
  await order(page).click()
  await inCheckout(page, /^5개$/)
  await page.getByRole('button', { name: '5,000원 결제하기' }).waitFor()
  const { items } = await buyer.must('GET', '/api/cart')
  assert.deepEqual(
    items.map((each: any) => [each.productName, each.quantity, each.chosen]),
    [
      ['무선 이어폰', 5, true],
      ['접이식 의자', 1, false],
    ],
  )
  await leave()
})
