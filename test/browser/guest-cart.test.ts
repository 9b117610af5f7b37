import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visitor } from './support/shop.ts'
import { addToCart, alive, openProduct, PASSWORD, signUp } from './support/steps.ts'

const inCart = async (page: import('playwright-core').Page): Promise<string[]> => {
  await page.goto('/cart')
  await page.getByRole('heading', { name: '장바구니' }).waitFor()
  return (await page.getByRole('main').getByRole('listitem').getByRole('link').allTextContents()).filter(Boolean).sort()
}

test('what a guest put in the cart is there after signing in, beside what the member had', async () => {
  const home = await visitor()
  await home.page.goto('/sign-up')
  const email = await signUp(home.page)
  const first = await openProduct(home.page, 0)
  await addToCart(home.page)
  await home.leave()

  const elsewhere = await visitor()
  const { page } = elsewhere
  const second = await openProduct(page, 2)
  await addToCart(page)
  assert.deepEqual(await inCart(page), [second])

  await page.getByRole('button', { name: /주문하기$/ }).click()
  await page.getByRole('heading', { name: '로그인' }).waitFor()
  await alive(page)
  await page.getByLabel('이메일').fill(email)
  await page.getByLabel('비밀번호').fill(PASSWORD)
  await page.getByRole('button', { name: '로그인' }).click()
  await page.getByRole('heading', { name: '주문서' }).waitFor()
  assert.deepEqual(await inCart(page), [first, second].sort())
  await elsewhere.leave()
})

test('quantities change and things leave the cart', async () => {
  const { page, leave } = await visitor()
  const name = await openProduct(page, 3)
  await addToCart(page)
  await page.getByRole('link', { name: '장바구니 보기' }).click()
  const item = page.getByRole('main').getByRole('listitem').filter({ hasText: name })
  await item.getByRole('button', { name: '수량 늘리기' }).click()
  await item.getByText(/^개당/).waitFor()
  await page.reload()
  assert.equal(await item.getByRole('textbox').inputValue(), '2')
  await item.getByRole('button', { name: new RegExp('삭제$') }).click()
  await page.getByText('장바구니가 비어 있습니다').waitFor()
  await leave()
})
