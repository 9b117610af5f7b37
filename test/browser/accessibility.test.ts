import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { accessible as check } from './support/looks.ts'
import { visitor } from './support/shop.ts'
import {
  addToCart,
  alive,
  buyNow,
  openProduct,
  orderComplete,
  payAtWindow,
  placeOrder,
  signUp,
  suggestions,
} from './support/steps.ts'

const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await alive(page)
  await check(page, path)
}

test('axe finds nothing on the pages of a visitor', async () => {
  const { page, leave } = await visitor()
  for (const path of [
    '/',
    '/products',
    '/products?q=없는물건이름',
    '/cart',
    '/sign-in',
    '/sign-up',
    '/password-reset',
    '/about/terms',
    '/nowhere',
  ]) {
    await open(page, path)
  }
  await page.goto('/products')
  await alive(page)
  await page.getByRole('combobox', { name: '상품 검색' }).fill('이')
  await page.getByRole('combobox', { name: '상품 검색' }).press('ArrowDown')
  await suggestions(page).first().waitFor()
  await check(page, 'open suggestions')
  await openProduct(page)
  await check(page, 'a product')
  await addToCart(page)
  await check(page, 'a product in the cart')
  await open(page, '/cart')
  await page.goto('/sign-in')
  await alive(page)
  await page.getByLabel('이메일').fill('nobody@example.com')
  await page.getByLabel('비밀번호').fill('wrong-password')
  await page.getByRole('button', { name: '로그인' }).click()
  await page.getByRole('alert').waitFor()
  await check(page, 'a refused sign-in')
  await leave()
})

test("axe finds nothing on the way of a buyer and on a member's own pages", async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  await openProduct(page, 1)
  await buyNow(page)
  await page.getByRole('heading', { name: '주문서' }).waitFor()
  await check(page, 'the checkout')
  await placeOrder(page)
  await page.getByRole('group', { name: '결제 방법' }).waitFor()
  await check(page, 'the payment page')
  await payAtWindow(page, '카드사 거절로 끝내기')
  await page.getByRole('link', { name: '다시 결제하기' }).waitFor()
  await check(page, 'a refused payment')
  await page.getByRole('link', { name: '다시 결제하기' }).click()
  await payAtWindow(page)
  await orderComplete(page)
  await check(page, 'the complete order')
  await page.getByRole('link', { name: '주문 상세 보기' }).click()
  await page.getByRole('heading', { name: '주문 상세' }).waitFor()
  await page.getByText('주문 취소', { exact: true }).click()
  await check(page, 'the order')
  for (const path of ['/orders', '/notifications', '/me', '/me/addresses', '/me/addresses?edit=new'])
    await open(page, path)
  await leave()
})
