import { test } from 'node:test'
import { visitor } from '../support/shop.ts'
import { buyNow, openProduct, orderComplete, payAtWindow, placeOrder, signUp } from '../support/steps.ts'

test('a refused card costs nothing and the same order is paid with another try', async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  await openProduct(page, 4)
  await buyNow(page)
  await placeOrder(page)

  // Closed window, refused in the window, refused when approving: three ways not to pay.
  await payAtWindow(page, '닫기')
  await page.getByRole('heading', { name: '결제를 그만두셨습니다' }).waitFor()
  await page.getByRole('link', { name: '다시 결제하기' }).click()

  await payAtWindow(page, '카드사 거절로 끝내기')
  await page.getByRole('heading', { name: '결제하지 못했습니다' }).waitFor()
  await page.getByText('돈은 빠져나가지 않았습니다.').waitFor()
  await page.getByRole('link', { name: '다시 결제하기' }).click()

  await payAtWindow(page, '결제하기', 'REJECT_CARD_PAYMENT')
  await page.getByRole('heading', { name: '결제하지 못했습니다' }).waitFor()
  await page.getByRole('alert').waitFor()
  await page.getByRole('link', { name: '다시 결제하기' }).click()

  await payAtWindow(page)
  await orderComplete(page)
  await leave()
})

test('a tampered amount is refused and nothing is paid', async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  await openProduct(page, 5)
  await buyNow(page)
  await placeOrder(page)
  await page.route(/\/simulators\/toss\/window\/[^/]+$/, async (route) => {
    const response = await route.fetch({ maxRedirects: 0 })
    const headers = response.headers()
    if (headers['location']) headers['location'] = headers['location'].replace(/amount=\d+/, 'amount=10')
    await route.fulfill({ response, headers })
  })
  await payAtWindow(page)
  await page.getByRole('heading', { name: '결제하지 못했습니다' }).waitFor()
  await page.getByRole('link', { name: '주문 보기' }).click()
  await page.getByText('결제 대기', { exact: true }).waitFor()
  await leave()
})
