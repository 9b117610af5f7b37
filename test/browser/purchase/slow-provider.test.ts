import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { origin, visitor } from '../support/shop.ts'
import { buyNow, openProduct, orderComplete, payAtWindow, placeOrder, signUp } from '../support/steps.ts'

const provider = async (faults: object): Promise<void> => {
  const response = await fetch(`${origin}/simulators/toss/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  })
  assert.equal(response.status, 200, await response.text())
}
afterEach(() => provider({}))

const toPayment = async (page: Page): Promise<void> => {
  await page.goto('/sign-up')
  await signUp(page)
  await openProduct(page, 6)
  await buyNow(page)
  await placeOrder(page)
}

test('while the provider takes its time the buyer is told to wait, and then that it is done', async () => {
  const { page, leave } = await visitor()
  await toPayment(page)
  await provider({ delay: { scope: 'confirm', ms: 2_500 } })
  await payAtWindow(page)
  await page.getByRole('heading', { name: '결제를 확인하고 있습니다' }).waitFor()
  await orderComplete(page)
  await leave()
})

test("when the provider's answer is lost after it took the money, the buyer ends with one paid order", async () => {
  const { page, leave } = await visitor()
  await toPayment(page)
  await provider({ 'drop-after-commit': { scope: 'confirm', count: 1 } })
  await payAtWindow(page)
  await orderComplete(page)
  await page.getByRole('link', { name: '주문 상세 보기' }).click()
  const payments = page.getByRole('list', { name: '결제 내역' }).getByRole('listitem')
  await payments.filter({ hasText: '승인됨' }).waitFor()
  assert.equal(await payments.count(), 1)
  await leave()
})
