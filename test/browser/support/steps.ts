import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import { eventually } from '#test/support/eventually.ts'
import { STAFF } from '#test/support/shop-settings.ts'

// What people do, in the words the pages use. Nothing here sleeps: each step waits for what a person would see.

export const PASSWORD = 'jangteo-2026!'

/** Waits until the page's scripts are alive, so that what follows is handled by them and not by the plain form below. */
export const alive = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => Object.keys(document.body).some((key) => key.startsWith('__react')))
}

/** The newest code mailed to an address under a subject, from the mailbox of development. */
export const mailedCode = async (page: Page, email: string, subject = /./): Promise<string> => {
  let code: string | undefined
  await eventually(async () => {
    const response = await page.request.get(`/simulators/mailbox/messages?to=${encodeURIComponent(email)}`)
    const { items } = (await response.json()) as { items: { subject: string; text: string }[] }
    code = items.find((each) => subject.test(each.subject))?.text.match(/\b\d{6}\b/)?.[0]
    return code !== undefined
  }, `a code is mailed to ${email}`)
  return code!
}

/** Joins as somebody new, from the sign-up page to wherever it leads. */
export const signUp = async (page: Page, name = '김장터'): Promise<string> => {
  const email = `buyer-${randomUUID()}@example.com`
  await page.getByRole('heading', { name: '회원가입', level: 1 }).waitFor()
  await alive(page)
  await page.getByLabel('이메일').fill(email)
  await page.getByRole('button', { name: '인증번호 받기' }).click()
  await page.getByRole('heading', { name: '인증번호를 입력해 주세요' }).waitFor()
  await page.getByRole('textbox', { name: '인증번호' }).fill(await mailedCode(page, email))
  await page.getByRole('button', { name: '확인' }).click()
  await page.getByLabel('이름').fill(name)
  await page.getByLabel('비밀번호').fill(PASSWORD)
  for (const consent of await page.getByRole('checkbox').all()) await consent.check()
  await page.getByRole('button', { name: '가입하기' }).click()
  await page.getByRole('heading', { name: '회원가입', level: 1 }).waitFor({ state: 'detached' })
  return email
}

/** Signs in with a password, from wherever the sign-in page was come to. */
export const signIn = async (page: Page, email: string, password: string): Promise<void> => {
  await page.getByRole('heading', { name: '로그인', level: 1 }).waitFor()
  await page.getByLabel('이메일').fill(email)
  await page.getByLabel('비밀번호').fill(password)
  await page.getByRole('button', { name: '로그인' }).click()
  await page.getByRole('heading', { name: '로그인', level: 1 }).waitFor({ state: 'detached' })
}

/** Signs in as staff, from wherever a page of the console led. */
export const staffSignIn = async (page: Page): Promise<void> => {
  await page.getByRole('heading', { name: '로그인', level: 1 }).waitFor()
  await alive(page)
  await signIn(page, STAFF.email, STAFF.password)
}

/** What the search field suggests. */
export const suggestions = (page: Page): Locator =>
  page.getByRole('listbox', { name: '추천 검색어' }).getByRole('option')

/** The products of a list, as links. */
export const products = (page: Page): Locator =>
  page.getByRole('region', { name: '상품 목록' }).getByRole('listitem').getByRole('link')

/** Opens a product of the list that is for sale, and answers with its name. */
export const openProduct = async (page: Page, at = 0): Promise<string> => {
  await page.goto('/products?inStock=true')
  await products(page).nth(at).click()
  await page.waitForURL(/\/products\/[0-9a-f-]{36}/)
  await page.getByRole('button', { name: '장바구니 담기' }).waitFor()
  await alive(page)
  return (await page.getByRole('heading', { level: 1 }).textContent()) ?? ''
}

/** Chooses the first value for sale of every option. */
export const chooseOptions = async (page: Page): Promise<void> => {
  for (const option of await page.getByRole('main').getByRole('group').all()) {
    await option.getByRole('radio', { disabled: false }).first().check()
  }
}

/** Puts the open product into the cart. */
export const addToCart = async (page: Page): Promise<void> => {
  await chooseOptions(page)
  await page.getByRole('button', { name: '장바구니 담기' }).click()
  await page.getByText('장바구니에 담았습니다.').waitFor()
}

/** Buys the open product at once: on to the checkout. */
export const buyNow = async (page: Page): Promise<void> => {
  await chooseOptions(page)
  await page.getByRole('button', { name: '바로 구매' }).click()
}

/** Fills in a new address in the order form. */
export const fillAddress = async (page: Page): Promise<void> => {
  const anew = page.getByRole('radio', { name: '새 배송지 입력' })
  if ((await anew.count()) > 0) await anew.check()
  await page.getByLabel('연락처').fill('010-1234-5678')
  await page.getByLabel('우편번호').fill('04524')
  await page.getByLabel('도로명 주소').fill('서울특별시 중구 세종대로 110')
}

/** Fills the order form and places the order: on to the payment page. */
export const placeOrder = async (page: Page): Promise<void> => {
  await page.getByRole('heading', { name: '주문서' }).waitFor()
  await alive(page)
  await fillAddress(page)
  await page.getByRole('button', { name: /결제하기$/ }).click()
  await page.waitForURL(/\/checkout\/pay\//)
}

/** What the buyer does in the provider's window. */
export type AtWindow = '결제하기' | '카드사 거절로 끝내기' | '닫기'

/** Opens the payment window from the payment page and ends it as told; `refusal` is what approving will then answer. */
export const payAtWindow = async (page: Page, act: AtWindow = '결제하기', refusal?: string): Promise<void> => {
  const pay = page.getByRole('button', { name: /결제하기$/ })
  await page.getByRole('group', { name: '결제 방법' }).waitFor()
  await pay.click()
  await page.waitForURL(/\/simulators\/toss\/window\//)
  if (refusal) {
    await page.getByText('시험 설정').click()
    await page.getByLabel('승인 요청의 결과').selectOption(refusal)
  }
  await page.getByRole('button', { name: new RegExp(`${act}$`) }).click()
}

/** Waits for the order to be complete and answers with its number. */
export const orderComplete = async (page: Page): Promise<string> => {
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}\/complete/)
  await page.getByRole('heading', { name: '주문이 완료되었습니다' }).waitFor()
  const number = await page.getByRole('main').getByRole('definition').first().textContent()
  assert.ok(number, 'the page of a complete order names its number')
  return number
}
