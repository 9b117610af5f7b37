import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { visitor } from '../support/shop.ts'
import {
  addToCart,
  alive,
  buyNow,
  openProduct,
  orderComplete,
  payAtWindow,
  placeOrder,
  products,
  signUp,
  suggestions,
} from '../support/steps.ts'

test('a person signs up, finds a product, buys it, is told so, and cancels', async () => {
  const { page, leave } = await visitor()
  await page.goto('/')
  await alive(page)
  const search = page.getByRole('combobox', { name: '상품 검색' })
  await search.pressSequentially('ㅇㅇㅍ')
  const suggestion = suggestions(page).first()
  await suggestion.waitFor()
  await page.keyboard.press('ArrowDown')
  assert.equal(await suggestion.getAttribute('aria-selected'), 'true')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /검색 결과$/ }).waitFor()

  await page.getByRole('link', { name: '로그인', exact: true }).first().click()
  await page.getByRole('main').getByRole('link', { name: '회원가입' }).click()
  await signUp(page)
  await page.getByRole('heading', { name: /검색 결과$/ }).waitFor()

  await page.getByRole('complementary').getByRole('checkbox', { name: '품절 상품 빼기' }).check()
  await page.waitForURL(/inStock=true/)
  await products(page).first().click()
  await page.waitForURL(/\/products\/[0-9a-f-]{36}/)
  await page.getByRole('button', { name: '바로 구매' }).waitFor()
  const name = (await page.getByRole('heading', { level: 1 }).textContent())!
  await buyNow(page)
  await page.getByRole('listitem').filter({ hasText: name }).waitFor()
  await placeOrder(page)
  await payAtWindow(page)
  const number = await orderComplete(page)

  // The notification of the order arrives by itself.
  const told = page.getByRole('region', { name: '새 알림' }).getByRole('status')
  await told.filter({ hasNotText: '기다리고 있습니다' }).waitFor()

  await page.getByRole('link', { name: '주문 상세 보기' }).click()
  await page.getByText(number).first().waitFor()
  await page.getByText('결제 완료', { exact: true }).waitFor()
  await page.getByText('주문 취소', { exact: true }).click()
  await page.getByLabel('취소 사유').selectOption('마음이 바뀌었습니다')
  await page.getByRole('button', { name: '취소하기' }).click()
  await page.getByText('취소됨', { exact: true }).waitFor()
  await page.getByText(/^환불됨$/).waitFor()
  await leave()
})

test('a paid cart is empty, and going back to the return address does not pay again', async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  await openProduct(page, 1)
  await addToCart(page)
  await page.getByRole('link', { name: '장바구니 보기' }).click()
  await page.getByRole('button', { name: /주문하기$/ }).click()
  await placeOrder(page)
  const returned = page.waitForRequest((request) => request.url().includes('/checkout/success?'))
  await payAtWindow(page)
  const back = (await returned).url()
  const number = await orderComplete(page)

  await page.goto(back)
  assert.equal(await orderComplete(page), number)
  // What was paid for leaves the cart soon after: by an event.
  await eventually(async () => {
    await page.goto('/cart')
    await page.getByRole('heading', { name: '장바구니' }).waitFor()
    return page.getByText('장바구니가 비어 있습니다').isVisible()
  }, 'the cart is empty')
  await page.goto('/orders')
  assert.equal(
    await page
      .getByRole('main')
      .getByRole('link', { name: /상세 보기/ })
      .count(),
    1,
  )
  await leave()
})

test('an open inbox hears of an order by itself', async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  const listening = await page.context().newPage()
  const stream = listening.waitForEvent('websocket')
  await listening.goto('/notifications')
  await listening.getByText('알림이 없습니다').waitFor()
  await stream

  await openProduct(page, 3)
  await buyNow(page)
  await placeOrder(page)
  await payAtWindow(page)
  const number = await orderComplete(page)
  await listening.getByRole('main').getByRole('listitem').filter({ hasText: number }).waitFor()
  await listening.getByRole('link', { name: '알림, 읽지 않음 1개' }).waitFor()
  await listening.getByRole('button', { name: '모두 읽음으로' }).click()
  await listening.getByRole('link', { name: '알림', exact: true }).first().waitFor()
  await leave()
})
