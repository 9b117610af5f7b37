import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { visitor } from './support/shop.ts'
import { alive, mailedCode, orderComplete, PASSWORD, suggestions } from './support/steps.ts'

/** Presses Tab until the focus is on something with this role and name; fails when it comes round without. */
const tabTo = async (
  page: Page,
  role: 'button' | 'link' | 'textbox' | 'radio' | 'checkbox' | 'combobox',
  name: RegExp | string,
): Promise<void> => {
  const wanted = page.getByRole(role, { name, exact: typeof name === 'string' })
  await wanted.first().waitFor()
  for (let presses = 0; presses < 150; presses++) {
    await page.keyboard.press('Tab')
    for (const each of await wanted.all()) {
      const reached = await each.evaluate((element) => {
        const root = element.getRootNode() as Document | ShadowRoot
        return root.activeElement === element
      })
      if (!reached) continue
      const outlined = await each.evaluate((element) => {
        const shown = [element, element.parentElement!, element.closest('form > div')].filter((part) => part !== null)
        return shown.some((part) => getComputedStyle(part).outlineStyle !== 'none')
      })
      assert.ok(outlined, `the focus on ${role} ${name} can be seen`)
      return
    }
  }
  assert.fail(`${role} ${name} cannot be reached by Tab`)
}

const write = async (page: Page, name: string, text: string): Promise<void> => {
  await tabTo(page, 'textbox', name)
  await page.keyboard.insertText(text)
}

test('everything from signing up to the complete order can be done without a mouse', async () => {
  const { page, leave } = await visitor()
  await page.goto('/products?inStock=true')
  await alive(page)
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), '본문으로 건너뛰기')
  await page.keyboard.press('Enter')
  const first = page.getByRole('region', { name: '상품 목록' }).getByRole('link').first()
  await tabTo(page, 'link', new RegExp((await first.textContent())!.slice(0, 6).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '바로 구매' }).waitFor()
  await alive(page)

  // Choosing nothing leads to the first choice that is missing.
  const options = page.getByRole('main').getByRole('group')
  if ((await options.getByRole('radio').count()) > 0) {
    await tabTo(page, 'button', '바로 구매')
    await page.keyboard.press('Enter')
    await page
      .getByText(/골라 주세요/)
      .first()
      .waitFor()
    for (const option of await options.all()) {
      await option.getByRole('radio', { disabled: false }).first().focus()
      await page.keyboard.press('Space')
    }
  }
  await tabTo(page, 'button', '바로 구매')
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: '로그인' }).waitFor()
  await tabTo(page, 'link', '회원가입')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '회원가입' }).waitFor()
  const email = `keys-${Date.now()}@example.com`
  await write(page, '이메일', email)
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: '인증번호' }).waitFor()
  const code = await mailedCode(page, email)
  assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).name), 'code')
  await page.keyboard.insertText(code)
  await page.keyboard.press('Enter')
  await page.getByRole('textbox', { name: '이름' }).waitFor()
  await page.keyboard.insertText('김열쇠')
  await page.keyboard.press('Tab')
  await page.keyboard.insertText(PASSWORD)
  for (const consent of [/이용약관/, /개인정보/, /14세/]) {
    await tabTo(page, 'checkbox', consent)
    await page.keyboard.press('Space')
  }
  await tabTo(page, 'button', '가입하기')
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: '주문서' }).waitFor()
  await write(page, '연락처', '010-1234-5678')
  await write(page, '우편번호', '999')
  await write(page, '도로명 주소', '서울특별시 중구 세종대로 110')
  await page.keyboard.press('Enter')
  // The first mistake has the focus, and says what is wrong.
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'shippingAddress.postcode')
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')), 'true')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText('04524')
  await page.keyboard.press('Enter')

  await page.waitForURL(/\/checkout\/pay\//)
  await page.getByRole('group', { name: '결제 방법' }).waitFor()
  await tabTo(page, 'button', /결제하기$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/simulators\/toss\/window\//)
  await tabTo(page, 'button', /결제하기$/)
  await page.keyboard.press('Enter')
  await orderComplete(page)
  await leave()
})

test('Enter that ends a Hangul syllable does not search', async () => {
  const { page, leave } = await visitor()
  await page.goto('/')
  await alive(page)
  const search = page.getByRole('combobox', { name: '상품 검색' })
  await search.fill('이어폰')
  await suggestions(page).first().waitFor()
  await search.press('ArrowDown')
  await search.dispatchEvent('keydown', {
    key: 'Enter',
    keyCode: 229,
    isComposing: true,
    bubbles: true,
    cancelable: true,
  })
  assert.equal(new URL(page.url()).pathname, '/')
  await search.press('Enter')
  await page.waitForURL(/\/products\?q=/)
  await leave()
})
