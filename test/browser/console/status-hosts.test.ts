import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Client } from 'pg'
import { chromium } from 'playwright-core'
import { placeOrder, putOnSale, signInStaff, signUp } from '#test/support/client.ts'
import { allServices, startHosts } from '#test/support/processes/hosts.ts'
import { accessible } from '../support/looks.ts'
import { PATIENCE } from '../support/timeouts.ts'
import { alive, staffSignIn } from '../support/steps.ts'

const GOODS = ['product', 'catalog']
const shop = await startHosts({
  hosts: [
    { name: 'goods', runs: GOODS, replicas: 2 },
    { name: 'rest', runs: [...allServices.filter((each) => !GOODS.includes(each)), 'simulators'] },
    { name: 'edge', runs: ['gateway', 'pages'] },
  ],
})
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
})
after(async () => {
  await browser.close()
  await shop.stop()
})

const process_ = (replica: number) =>
  shop.processes.findLast((each) => each.name === 'goods' && each.replica === replica)!

test('a host that is killed and one that hangs are seen, and the page goes on; so does their coming back', async () => {
  const staff = await signInStaff(shop.origin)
  const { skuId } = await putOnSale(staff, 100)
  const buyer = await signUp(shop.origin)
  await placeOrder(buyer, skuId)
  const context = await browser.newContext({
    baseURL: shop.origin,
    locale: 'ko-KR',
    viewport: { width: 1400, height: 900 },
  })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto('/console/status')
  await staffSignIn(page)
  await page.getByText('호스트 4개가 모두 정상입니다.').waitFor()
  await alive(page)
  await page.getByRole('link', { name: 'rest', exact: true }).click()
  const detail = page.getByRole('region', { name: '호스트 rest' })
  await detail.waitFor()

  process_(2).kill('SIGKILL')
  process_(1).kill('SIGSTOP')
  try {
    const card = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) })
    await card('goods-2').getByText('연결을 받지 않습니다.').waitFor()
    await card('goods-1').getByText('1초 안에 답하지 않았습니다.').waitFor()
    await page.getByText(/호스트 4개 중 2개가 정상이 아닙니다/).waitFor()
    await page.getByText(/응답하지 않는 호스트의 호출은 빠져 있습니다/).waitFor()
    assert.equal(await detail.count(), 1, 'what was open stays open')

    // What the rest finds of them: orders fail, and its breakers open.
    const failed = await Promise.all(
      Array.from({ length: 8 }, () =>
        placeOrder(buyer, skuId).then(
          () => false,
          () => true,
        ),
      ),
    )
    assert.ok(failed.every(Boolean))
    await detail
      .getByRole('cell', { name: /^(열림|반쯤 열림)/ })
      .first()
      .waitFor()
    await page.getByRole('row', { name: /order product .*%\)/ }).waitFor()
    await accessible(page, 'a shop with hosts that are silent')
  } finally {
    process_(1).kill('SIGCONT')
    await shop.start('goods', 2)
  }
  await page.getByText('호스트 4개가 모두 정상입니다.').waitFor()
  assert.equal(await detail.count(), 1)
  assert.deepEqual(errors, [])
  await context.close()
})

test('an event that waits for a person is shown without what it tells, and tried again once that is confirmed', async () => {
  const database = new Client({ connectionString: shop.databaseUrl })
  await database.connect()
  const stateOf = async () => (await database.query('SELECT state FROM jt_product.dead_letter')).rows[0]?.state
  await database.query(`
    INSERT INTO jt_product.dead_letter
      (consumer, source, id, xid, name, version, key, payload, at, state, attempts, next_at, error)
    VALUES ('orders', 'order', 7654321, '1', 'order.unheard', 1, 'k', '{"phone":"010-1111-2222"}', now(), 'DEAD', 10, now(),
      'The stock does not add up')`)
  const context = await browser.newContext({ baseURL: shop.origin, locale: 'ko-KR' })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  await page.goto('/console/status/events')
  await staffSignIn(page)
  const letter = page.getByRole('listitem').filter({ hasText: 'order.unheard' })
  await letter.getByText('The stock does not add up').waitFor()
  assert.doesNotMatch(await page.content(), /010-1111-2222/)
  await alive(page)
  await letter.getByText('다시 처리', { exact: true }).click()
  assert.equal(await stateOf(), 'DEAD', 'opening the question does nothing')
  await accessible(page, 'an event set aside')
  await letter.getByLabel('이유').fill('the stock was put right')
  await letter.getByRole('button', { name: '지금 다시 처리하기' }).click()
  await page.getByText('다시 처리하도록 했습니다.').waitFor()
  assert.notEqual(await stateOf(), 'DEAD')
  await page
    .getByRole('row', { name: /다시 처리.*product\.orders order:7654321.*the stock was put right.*done/ })
    .waitFor()
  await context.close()
  await database.end()
})
