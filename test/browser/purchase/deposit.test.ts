import assert from 'node:assert/strict'
import { test } from 'node:test'
import { devices, type Page } from 'playwright-core'
import { fits } from '../support/looks.ts'
import { origin, visitor } from '../support/shop.ts'
import { alive, buyNow, openProduct, orderComplete, placeOrder, signUp } from '../support/steps.ts'

// The narrowest phones that are in use.
const phone = { ...devices['Pixel 7'], viewport: { width: 360, height: 780 }, deviceScaleFactor: 1 }

/** Chooses a virtual account in the payment window: on to the page that says where to pay. Answers the order's id. */
const issue = async (page: Page): Promise<string> => {
  await openProduct(page, 6)
  await buyNow(page)
  await placeOrder(page)
  await page.getByRole('group', { name: '결제 방법' }).waitFor()
  await page.getByRole('radio', { name: '가상계좌' }).check()
  await page.getByRole('button', { name: /결제하기$/ }).click()
  await page.waitForURL(/\/simulators\/toss\/window\//)
  await page.getByLabel('입금할 은행').selectOption({ label: '우리은행' })
  await page.getByRole('button', { name: /결제하기$/ }).click()
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}\/complete/)
  await page.getByRole('heading', { name: '주문을 접수했습니다' }).waitFor()
  return /orders\/([0-9a-f-]{36})/.exec(page.url())![1]!
}

const bank = async (orderId: string, action: string): Promise<void> => {
  const response = await fetch(`${origin}/simulators/toss/deposits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId, action }),
  })
  assert.equal(response.status, 200, await response.text())
}

const account = (page: Page) => page.getByRole('region', { name: '입금하실 곳' })

const giveAccount = async (page: Page, number: string): Promise<void> => {
  await page.getByLabel('은행').selectOption({ label: '신한은행' })
  await page.getByLabel('계좌번호').fill(number)
  await page.getByLabel('예금주').fill('김장터')
}

test('on a narrow phone: where to pay until when, copied, paid, and given back to an account', async () => {
  const { page, leave } = await visitor({ ...phone, permissions: ['clipboard-read', 'clipboard-write'] })
  await page.goto('/sign-up')
  await signUp(page)
  const orderId = await issue(page)
  await alive(page)
  for (const fact of ['우리은행', '김장터', '입금 기한']) await account(page).getByText(fact, { exact: true }).waitFor()
  await fits(page)
  await account(page).getByRole('button', { name: '계좌번호 복사' }).click()
  await page.getByText('계좌번호를 복사했습니다.').waitFor()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  assert.match(copied, /^X\d{13}$/)
  await account(page).getByText(copied, { exact: true }).waitFor()

  await page.goto('/orders')
  await page.getByText('입금 대기', { exact: true }).waitFor()
  await page.getByText(/까지 입금$/).waitFor()
  await fits(page)
  await page.goto(`/orders/${orderId}`)
  await account(page).getByText(copied, { exact: true }).waitFor()
  await fits(page)

  // Whoever waits on the page sees the deposit arrive.
  await page.goto(`/orders/${orderId}/complete`)
  await alive(page)
  await bank(orderId, 'deposit')
  await orderComplete(page)

  await page.goto(`/orders/${orderId}`)
  await alive(page)
  await page.getByText('주문 취소', { exact: true }).click()
  await giveAccount(page, '110-123-000000')
  await fits(page)
  await page.getByRole('button', { name: '취소하기' }).click()
  await page.getByText('입력하신 계좌로 환불할 수 없습니다').first().waitFor()
  await fits(page)
  await page.getByLabel('계좌번호').fill('110-123-456789')
  await page.getByRole('button', { name: '취소하기' }).click()
  await page.getByText('주문을 취소했습니다.').waitFor()
  await page.getByText('환불됨').waitFor()
  await leave()
})

test('a deposit that comes too late is given back once the buyer names an account on the page of the order', async () => {
  const { page, leave } = await visitor(phone)
  await page.goto('/sign-up')
  await signUp(page)
  const orderId = await issue(page)
  await bank(orderId, 'pass-due')
  await page.goto(`/orders/${orderId}`)
  await page.getByText('기한 지남', { exact: true }).waitFor()
  assert.equal(await account(page).count(), 0)
  await bank(orderId, 'deposit')
  await page.goto('/notifications')
  await page.getByText('환불받으실 계좌를 알려 주세요').waitFor()
  await page.goto(`/orders/${orderId}`)
  await alive(page)
  await page.getByRole('heading', { name: '환불받으실 계좌가 필요합니다' }).waitFor()
  await fits(page)
  await giveAccount(page, '110-123-456789')
  await page.getByRole('button', { name: '이 계좌로 환불받기' }).click()
  await page.getByText('환불을 접수했습니다').waitFor()
  await page.getByText('환불됨').waitFor()
  await leave()
})

test('the bank of development pays an account by a press of a button', async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  const orderId = await issue(page)
  await page.goto('/simulators/toss/bank')
  await page
    .getByRole('button', { name: /입금하기$/ })
    .first()
    .click()
  await page.getByRole('heading', { name: '입금을 기다리는 가상계좌' }).waitFor()
  await page.goto(`/orders/${orderId}/complete`)
  await orderComplete(page)
  await leave()
})
