import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { STAFF } from '#test/support/shop-settings.ts'
import { accessible, fits } from '../support/looks.ts'
import { visitor } from '../support/shop.ts'
import { alive } from '../support/steps.ts'

const SECRET = 'test_sk_nobody-may-see-this'

const open = async (page: Page, path = '/console/config'): Promise<void> => {
  await page.goto(path)
  await alive(page)
  if (!new URL(page.url()).pathname.startsWith('/sign-in')) return
  await page.getByLabel('이메일').fill(STAFF.email)
  await page.getByLabel('비밀번호').fill(STAFF.password)
  await page.getByRole('button', { name: '로그인' }).click()
  await page.getByRole('navigation', { name: '콘솔 메뉴' }).waitFor()
  await alive(page)
}

const openSetting = async (page: Page, name: string): Promise<void> => {
  await open(page)
  await page.getByRole('link', { name: `${name} 바꾸기` }).click()
  await page.getByRole('heading', { name, level: 2 }).waitFor()
}

const change = (page: Page) => page.getByRole('button', { name: '바꾸기', exact: true }).click()
const rowOf = (page: Page, name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) })

test('staff change a setting with a preview and a reason, look at its history, and take it back', async () => {
  const { page, leave } = await visitor()
  await open(page)
  await page.getByText('아직 바꾼 것이 없습니다').waitFor()
  await accessible(page, 'the settings')
  await page.getByRole('link', { name: '변경 이력' }).click()
  await page.getByText('누가, 언제, 왜').waitFor()

  await openSetting(page, 'ORDER_PAY_MINUTES')
  await page.getByLabel('새 값').fill('99999')
  await page.getByLabel('바꾸는 이유').fill('행사 기간')
  await change(page)
  await page.getByText('1에서 1440 사이의 정수로 입력해 주세요.').waitFor()
  assert.equal(await page.getByLabel('새 값').getAttribute('aria-invalid'), 'true')
  await accessible(page, 'a refused value')

  await page.getByLabel('새 값').fill('15')
  await page.getByRole('button', { name: '미리 보기' }).click()
  const preview = page.getByRole('region', { name: '바뀌는 내용' }).getByRole('row')
  await preview.filter({ hasText: /order.*ORDER_PAY_MINUTES.*없음.*15/ }).waitFor()
  await accessible(page, 'a preview')
  await page.getByLabel('바꾸는 이유').fill('')
  await change(page)
  await page.getByRole('alert').waitFor()
  await page.getByLabel('바꾸는 이유').fill('행사 기간에는 더 기다립니다')
  await change(page)
  await page.getByRole('status').filter({ hasText: '저장했습니다. 지금 1판' }).waitFor()
  await rowOf(page, 'ORDER_PAY_MINUTES').getByText('15').waitFor()
  await rowOf(page, 'ORDER_PAY_MINUTES')
    .getByText(/1판, 장터 직원/)
    .waitFor()
  const hosts = page.getByRole('region', { name: '호스트', exact: true }).getByRole('row')
  await hosts.filter({ hasText: /shop.*\d/ }).waitFor()

  await openSetting(page, 'ORDER_PAY_MINUTES')
  await page.getByRole('checkbox', { name: /이 값을 없애고/ }).check()
  await page.getByLabel('바꾸는 이유').fill('행사가 끝났습니다')
  await change(page)
  await page.getByRole('status').filter({ hasText: '지금 2판' }).waitFor()
  await rowOf(page, 'ORDER_PAY_MINUTES').getByText('기본값 10').waitFor()

  await page.getByRole('link', { name: '변경 이력' }).click()
  await page.getByRole('cell', { name: '행사 기간에는 더 기다립니다' }).waitFor()
  await accessible(page, 'the history')
  await page.getByRole('link', { name: '1판 보기' }).click()
  await page.getByRole('heading', { name: '1판', exact: true }).waitFor()
  await accessible(page, 'a version')
  await page.getByLabel('바꾸는 이유').fill('앙코르 행사')
  await page.getByRole('button', { name: '이 판으로 되돌리기' }).click()
  await page.getByRole('status').filter({ hasText: '지금 3판' }).waitFor()
  await rowOf(page, 'ORDER_PAY_MINUTES').getByText('15').waitFor()
  await leave()
})

test('of two people who change at once the second is told, sees the new value, and goes on', async () => {
  const first = await visitor()
  const second = await visitor()
  await openSetting(first.page, 'MAIL_PER_SECOND')
  await openSetting(second.page, 'MAIL_PER_SECOND')
  for (const [{ page }, value] of [
    [first, '30'],
    [second, '40'],
  ] as const) {
    await page.getByLabel('새 값').fill(value)
    await page.getByLabel('바꾸는 이유').fill(`초당 ${value}통`)
    await change(page)
    if (value === '30') await page.getByRole('status').filter({ hasText: '저장했습니다' }).waitFor()
  }
  await second.page.getByRole('alert').filter({ hasText: '그사이 다른 사람이 내용을 바꾸었습니다' }).waitFor()
  await accessible(second.page, 'a conflict')
  await second.page.getByRole('link', { name: '새 값 보기' }).click()
  await second.page.getByText('30', { exact: true }).waitFor()
  await alive(second.page)
  await second.page.getByLabel('새 값').fill('40')
  await second.page.getByLabel('바꾸는 이유').fill('초당 40통')
  await change(second.page)
  await second.page.getByRole('status').filter({ hasText: '저장했습니다' }).waitFor()
  await first.leave()
  await second.leave()
})

test('a secret is typed and never seen again, neither on a page nor in what is sent for one', async () => {
  const { page, leave } = await visitor()
  const bodies: Promise<string>[] = []
  page.on('response', (response) => {
    if (/\/console\//.test(response.url())) bodies.push(response.text().catch(() => ''))
  })
  await openSetting(page, 'TOSS_SECRET_KEY')
  await page.getByLabel('새 값').fill(SECRET)
  assert.equal(await page.getByLabel('새 값').getAttribute('type'), 'password')
  await page.getByLabel('바꾸는 이유').fill('정기 교체')
  await page.getByRole('button', { name: '미리 보기' }).click()
  await page.getByText('설정됨(숨김)').first().waitFor()
  // Refused once, so that what was typed comes back with the refusal.
  await page.getByLabel('바꾸는 이유').fill(`새 키는 ${SECRET}`)
  await change(page)
  await page.getByText('이유에 비밀 값이 들어 있습니다.').waitFor()
  await page.getByLabel('바꾸는 이유').fill('정기 교체')
  await page.getByLabel('새 값').fill(SECRET)
  const refusedWithReason = bodies.length
  await change(page)
  await page.getByRole('status').filter({ hasText: '저장했습니다' }).waitFor()
  await page.getByRole('link', { name: '변경 이력' }).click()
  await page.getByRole('cell', { name: '정기 교체' }).waitFor()
  const sent = await Promise.all(bodies)
  assert.ok(sent.length > refusedWithReason && refusedWithReason > 0)
  // The reason that held it goes back to the form it was typed in, and nowhere else.
  const holding = sent.filter((each) => each.includes(SECRET))
  assert.ok(holding.length <= 1, `${holding.length} answers hold the secret`)
  assert.ok(!(await page.content()).includes(SECRET))
  await openSetting(page, 'TOSS_SECRET_KEY')
  assert.ok(!(await page.content()).includes(SECRET))
  await page.getByRole('checkbox', { name: /이 값을 없애고/ }).check()
  await page.getByLabel('바꾸는 이유').fill('시험이 끝났습니다')
  await change(page)
  await page.getByRole('status').filter({ hasText: '저장했습니다' }).waitFor()
  await leave()
})

test('the settings fit a phone, and work before and without scripts', async () => {
  const { page, leave } = await visitor({ viewport: { width: 390, height: 844 } })
  await open(page)
  await fits(page)
  await openSetting(page, 'LOG_LEVEL')
  await fits(page)
  await open(page, '/console/config/history')
  await fits(page)
  const cookies = await page.context().cookies()
  await leave()

  const plain = await visitor({ javaScriptEnabled: false })
  await plain.page.context().addCookies(cookies)
  await plain.page.goto('/console/config/settings/LOG_LEVEL')
  await plain.page.getByLabel('적용할 곳').selectOption('email')
  await plain.page.getByLabel('새 값').selectOption('error')
  await plain.page.getByLabel('바꾸는 이유').fill('메일을 살펴봅니다')
  await plain.page.getByRole('button', { name: '바꾸기', exact: true }).click()
  await plain.page.getByRole('status').filter({ hasText: '저장했습니다' }).waitFor()
  await plain.leave()
})
