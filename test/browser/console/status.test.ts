import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { accessible, fits } from '../support/looks.ts'
import { visitor } from '../support/shop.ts'
import { alive, signUp, staffSignIn } from '../support/steps.ts'

const open = async (page: Page, path = '/console/status'): Promise<void> => {
  await page.goto(path)
  await staffSignIn(page)
  await page.getByRole('heading', { name: '상태', level: 1 }).waitFor()
  await alive(page)
}

test('staff see that the shop is up and who calls whom, and it refreshes by itself without moving', async () => {
  const { page, leave } = await visitor()
  await open(page)
  await page.getByText('호스트 1개가 모두 정상입니다.').waitFor()
  const calls = page.getByRole('region', { name: '호출 표' })
  await calls.getByRole('row', { name: /gateway auth/ }).waitFor()
  await page.getByRole('img', { name: /서비스 사이의 호출 그림/ }).waitFor()
  await accessible(page, 'the status page')

  await page.evaluate(() => scrollTo(0, 300))
  const at = page.getByText(/\d\d:\d\d:\d\d 기준/)
  const before = await at.textContent()
  await page.waitForFunction((text) => !document.body.textContent!.includes(text!), before)
  assert.equal(await page.evaluate(() => scrollY), 300, 'the reader is where they were')
  const pause = page.getByRole('button', { name: '멈춤' })
  await pause.click()
  await page.getByText('새로 고침을 멈췄습니다.').waitFor()
  await page.getByRole('button', { name: '다시 시작' }).click()
  await page.getByText('3초마다 새로 고칩니다.').waitFor()
  await leave()
})

test('a host opens and closes by keys, tells its reasons, and logs as it is told', async () => {
  const { page, leave } = await visitor()
  await open(page)
  const link = page.getByRole('link', { name: 'shop', exact: true })
  await link.focus()
  await page.keyboard.press('Enter')
  const detail = page.getByRole('region', { name: '호스트 shop' })
  await detail.waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), '호스트 shop')
  await detail.getByText('database of order').waitFor()
  await accessible(page, 'the detail of a host')

  await detail.getByLabel('수준', { exact: true }).selectOption('fatal')
  await detail.getByRole('textbox', { name: '이유' }).fill('checked on the page')
  await detail.getByRole('button', { name: '바꾸기' }).click()
  await detail.getByText('바꿨습니다: shop.').waitFor()
  await detail.getByText('지금은 fatal입니다').waitFor()
  await page.keyboard.press('Escape')
  await detail.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'shop')

  await page.getByRole('link', { name: '이벤트와 기록' }).click()
  await page.getByText('처리하지 못한 이벤트가 없습니다').waitFor()
  await page.getByRole('row', { name: /로그 수준.*fatal.*checked on the page/ }).waitFor()
  await accessible(page, 'events and actions')
  await leave()
})

test('while the status service is away or slow the page says so, keeps what it saw, and goes on by itself', async () => {
  const { page, leave } = await visitor()
  await open(page)
  await page.route('**/api/status/**', (route) => route.fulfill({ status: 503, body: '{}' }))
  await page.getByText(/상태 서비스가 응답하지 않습니다/).waitFor()
  await page.getByText('호스트 1개가 모두 정상입니다.').waitFor()
  await page.unroute('**/api/status/**')
  await page.getByText('3초마다 새로 고칩니다.').waitFor()

  let go = (): void => {}
  const held = new Promise<void>((resolve) => (go = resolve))
  await page.route('**/api/status/instances', async (route) => {
    await held
    await route.continue()
  })
  await page.getByText('답이 늦습니다. 마지막으로 받은 모습입니다.').waitFor()
  go()
  await page.getByText('3초마다 새로 고칩니다.').waitFor()
  await page.unroute('**/api/status/instances')

  await page.route('**/api/status/**', (route) => route.fulfill({ status: 403, body: '{}' }))
  await page.getByText(/로그인이 끝났거나 권한이 바뀌었습니다/).waitFor()
  await leave()
})

test('a trace is found in the list, and opened as a waterfall', async () => {
  const { page, leave } = await visitor()
  await open(page, '/console/status/traces')
  await page.getByRole('link', { name: 'POST page' }).first().click()
  await page.getByRole('heading', { name: /^추적: / }).waitFor()
  const first = page.getByRole('listitem').filter({ hasText: 'gateway · server' })
  await first.first().waitFor()
  await page
    .getByText(/auth · (server|internal)/)
    .first()
    .click()
  await accessible(page, 'a trace')
  const id = new URL(page.url()).pathname.split('/').at(-1)!
  await page.getByRole('link', { name: '추적 목록' }).click()
  await page.getByLabel('추적 번호로 찾기').fill(id)
  await page.getByRole('button', { name: '찾기' }).click()
  await page.getByRole('heading', { name: /^추적: / }).waitFor()
  assert.equal(new URL(page.url()).pathname.split('/').at(-1), id)
  await accessible(page, 'a trace that was looked for')
  await page.goto(`/console/status/traces/${'c'.repeat(32)}`)
  await page.getByRole('heading', { name: '없는 화면입니다' }).waitFor()
  await leave()
})

test('the status pages fit a phone, speak English, and are there without scripts', async () => {
  const { page, leave } = await visitor({ viewport: { width: 390, height: 844 } })
  await open(page)
  await fits(page)
  await page.getByRole('link', { name: 'shop', exact: true }).click()
  await page.getByRole('region', { name: '호스트 shop' }).waitFor()
  await fits(page)
  await accessible(page, 'a host on a phone')
  await page.getByRole('button', { name: /Switch the language/ }).click()
  await page.getByRole('region', { name: 'Host shop' }).waitFor()
  for (const path of ['/console/status', '/console/status/traces', '/console/status/events']) {
    await page.goto(path)
    await page.getByRole('heading', { name: 'Status', level: 1 }).waitFor()
    assert.doesNotMatch(await page.getByRole('main').innerText(), /[가-힣]/)
    await fits(page)
  }
  await leave()
  const plain = await visitor({ javaScriptEnabled: false })
  await plain.page.goto('/console/status')
  await plain.page.getByLabel('이메일').fill('staff@jangteo.local')
  assert.match(plain.page.url(), /sign-in\?next=%2Fconsole%2Fstatus/)
  await plain.leave()
})

test('who is no staff learns nothing: a member is refused, a stranger sent to sign in', async () => {
  const { page, leave } = await visitor()
  const paths = ['', '/traces', `/traces/${'a'.repeat(32)}`, '/events', '?host=shop'].map(
    (each) => `/console/status${each}`,
  )
  for (const path of paths) {
    const answer = await page.request.get(path, { maxRedirects: 0 })
    assert.equal(answer.status(), 302, path)
    assert.match(answer.headers()['location']!, /^\/sign-in\?next=%2Fconsole%2Fstatus/)
    assert.doesNotMatch(await answer.text(), /postgresql|heap|database of/)
  }
  await page.goto('/sign-up')
  await signUp(page)
  for (const path of [...paths, ...paths.map((each) => each.replace(/(\?|$)/, '.data$1'))]) {
    const answer = await page.request.get(path)
    const text = await answer.text()
    if (!path.includes('.data')) assert.equal(answer.status(), 403, path)
    assert.doesNotMatch(text, /postgresql|heapUsed|database of|"spanId"|logLevel/, path)
  }
  const posted = await page.request.post('/console/status', {
    form: { where: 'all', level: 'trace', reason: '점검' },
    headers: { origin: new URL(page.url()).origin },
  })
  assert.equal(posted.status(), 403)
  await leave()
})
