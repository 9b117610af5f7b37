import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { visitor } from './support/shop.ts'
import { alive, products } from './support/steps.ts'

test('more products are laid below, the first of them has the focus, and coming back finds them again', async () => {
  const { page, leave } = await visitor()
  await page.goto('/products')
  await alive(page)
  const before = await products(page).count()
  await page.getByRole('link', { name: '더 보기' }).click()
  await page.getByText(/^상품 \d+개를 더 불러왔습니다\.$/).waitFor()
  const all = await products(page).count()
  assert.ok(all > before)
  const names = await products(page).allTextContents()
  assert.equal(new Set(names).size, names.length, 'no product twice')
  const focused = await page.evaluate(() => document.activeElement?.textContent)
  assert.equal(focused, names[before])

  await products(page).nth(before).click()
  await page.getByRole('button', { name: '장바구니 담기' }).or(page.getByText('지금은 품절된 상품입니다')).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: '전체 상품' }).waitFor()
  assert.equal(await products(page).count(), all)
  await leave()
})

test('filters narrow the list, say so in the address, and can be cleared', async () => {
  const { page, leave } = await visitor()
  await page.goto('/products?category=living')
  await alive(page)
  const side = page.getByRole('complementary', { name: '조건' })
  await side.getByRole('textbox', { name: /최저 가격/ }).fill('20000')
  await side.getByRole('checkbox', { name: '품절 상품 빼기' }).check()
  await page.waitForURL(/inStock=true/)
  assert.equal(new URL(page.url()).search, '?category=living&minPrice=20000&inStock=true')
  await page.getByLabel('정렬').selectOption('낮은 가격순')
  await page.waitForURL(/sort=price-asc/)
  // The address changes a moment before the list does.
  await eventually(async () => {
    const prices = (await products(page).allTextContents()).map((text) =>
      Number(/([\d,]+)원/.exec(text)![1]!.replaceAll(',', '')),
    )
    const sorted = prices.every((price, at) => at === 0 || price >= prices[at - 1]!)
    return prices.length > 3 && sorted && prices.every((price) => price >= 20_000)
  }, 'the list shows goods from 20,000 won on, cheapest first')
  assert.equal(await page.getByText('품절', { exact: true }).count(), 0)
  await side.getByRole('link', { name: '조건 지우기' }).click()
  await page.waitForURL((url) => !url.search.includes('minPrice'))
  assert.match(page.url(), /category=living/)
  await leave()
})
