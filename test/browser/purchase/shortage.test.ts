import { test } from 'node:test'
import { visitor } from '../support/shop.ts'
import { alive, buyNow, openProduct, signUp } from '../support/steps.ts'

test('who asks for more than there is learns how many are left, and nothing is ordered', async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  await openProduct(page, 8)
  await page.getByRole('textbox', { name: '수량' }).fill('999')
  await buyNow(page)
  await page.getByRole('heading', { name: '주문서' }).waitFor()
  await alive(page)
  await page.getByLabel('연락처').fill('010-1234-5678')
  await page.getByLabel('우편번호').fill('04524')
  await page.getByLabel('도로명 주소').fill('서울특별시 중구 세종대로 110')
  await page.getByRole('button', { name: /결제하기$/ }).click()
  await page.getByRole('alert').filter({ hasText: '재고가 부족한' }).waitFor()
  await page.getByText(/^재고가 \d+개 남았습니다\.$/).waitFor()
  await page.goto('/orders')
  await page.getByText('아직 주문이 없습니다').waitFor()
  await leave()
})
