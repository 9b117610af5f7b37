import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessible, fits } from '../support/looks.ts'
import { visitor } from '../support/shop.ts'
import { signUp, staffSignIn } from '../support/steps.ts'

test('the console leads strangers to the sign-in page and lets staff in, in both languages', async () => {
  const { page, leave } = await visitor()
  await page.goto('/console')
  await staffSignIn(page)
  await page.getByRole('heading', { name: '한눈에 보기', level: 1 }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/console')
  assert.equal(await page.getByRole('navigation', { name: '카테고리' }).count(), 0, 'the frame of the shop is away')
  await accessible(page, 'the console')
  await page.getByRole('button', { name: /Switch the language/ }).click()
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
  assert.match(await page.title(), /Overview \| Console/)
  await page.goto('/console/nowhere')
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await page.getByRole('navigation', { name: 'Console menu' }).waitFor()
  await page.getByRole('link', { name: 'To the shop' }).click()
  await page.getByRole('searchbox').or(page.getByRole('combobox')).first().waitFor()
  await leave()
})

test('a member who is no staff is refused, and told so', async () => {
  const { page, leave } = await visitor()
  await page.goto('/sign-up')
  await signUp(page)
  for (const path of ['/console', '/console/nowhere']) {
    const response = await page.goto(path)
    assert.equal(response!.status(), 403)
    await page.getByRole('heading', { name: '들어갈 수 없는 화면입니다' }).waitFor()
    assert.equal(await page.getByRole('navigation', { name: '콘솔 메뉴' }).count(), 0)
  }
  await accessible(page, 'the refusal')
  await leave()
})

test('the console fits a phone', async () => {
  const { page, leave } = await visitor({ viewport: { width: 390, height: 844 } })
  await page.goto('/console')
  await staffSignIn(page)
  await page.getByRole('heading', { name: '한눈에 보기', level: 1 }).waitFor()
  await fits(page)
  await leave()
})
