import { test } from 'node:test'
import { devices } from 'playwright-core'
import { fits } from './support/looks.ts'
import { visitor } from './support/shop.ts'
import { buyNow, openProduct, orderComplete, payAtWindow, placeOrder, signUp } from './support/steps.ts'

const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, deviceScaleFactor: 1 }

test('on a phone nothing sticks out at the side, and buying works by thumb', async () => {
  const { page, leave } = await visitor(phone)
  for (const path of ['/', '/products', '/cart', '/sign-in']) {
    await page.goto(path)
    await page.getByRole('navigation', { name: '바로가기' }).waitFor()
    await fits(page)
  }
  await page.goto('/sign-up')
  await signUp(page)
  await openProduct(page, 2)
  await fits(page)
  await buyNow(page)
  await page.getByRole('heading', { name: '주문서' }).waitFor()
  await page.waitForFunction(() => scrollY === 0)
  await placeOrder(page)
  await fits(page)
  await payAtWindow(page)
  await orderComplete(page)
  await fits(page)
  await page.getByRole('navigation', { name: '바로가기' }).getByRole('link', { name: '내 정보' }).click()
  await page.getByRole('heading', { name: '내 정보' }).waitFor()
  await fits(page)
  await leave()
})
