import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visitor } from './support/shop.ts'
import { chooseOptions, products } from './support/steps.ts'

test('without scripts one can still look, filter, page on and fill the cart', async () => {
  const { page, leave } = await visitor({ javaScriptEnabled: false })
  await page.goto('/products?inStock=true')
  const first = await products(page).first().textContent()
  await page.getByRole('link', { name: '더 보기' }).click()
  await page.waitForURL(/cursor=/)
  assert.notEqual(await products(page).first().textContent(), first)
  await products(page).first().click()
  await chooseOptions(page)
  await page.getByRole('button', { name: '장바구니 담기' }).click()
  await page.getByText('장바구니에 담았습니다.').waitFor()
  await page.goto('/cart')
  assert.equal(await page.getByRole('main').getByRole('button', { name: /삭제$/ }).count(), 1)
  await leave()
})

test('the shop is Korean until somebody switches, and then stays as they chose', async () => {
  const { page, leave } = await visitor({ locale: 'en-US' })
  await page.goto('/products')
  assert.equal(await page.locator('html').getAttribute('lang'), 'ko')
  await page
    .getByRole('button', { name: /English/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'All products' }).waitFor()
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  await page.goto('/cart')
  await page.getByRole('heading', { name: 'Cart' }).waitFor()
  await leave()
})

test('a form sent by another site changes nothing', async () => {
  const { page, origin, leave } = await visitor()
  const response = await page.request.post(`${origin}/locale`, {
    headers: { origin: 'https://elsewhere.example' },
    form: { locale: 'en', next: '/' },
    maxRedirects: 0,
  })
  assert.equal(response.status(), 403)
  await page.goto('/')
  assert.equal(await page.locator('html').getAttribute('lang'), 'ko')
  await leave()
})
