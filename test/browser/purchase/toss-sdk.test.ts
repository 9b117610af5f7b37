import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import axe from 'axe-core'
import { chromium, type Page } from 'playwright-core'
import { simulatorStore, startSimulator } from '#simulators/toss/simulator.fixture.ts'
import { developmentKeys } from '#simulators/toss/simulator.ts'
import { steerableRuntime } from '#test/support/clock.ts'
import { PATIENCE } from '../support/timeouts.ts'

const runtime = steerableRuntime()
const toss = await startSimulator({ ...(await simulatorStore(runtime)), runtime })
const [widgetKeys, apiKeys] = developmentKeys

// A shop at another origin, under a policy that lets no inline script or style through.
const loader = await readFile(new URL(import.meta.resolve('@tosspayments/tosspayments-sdk')), 'utf8')
const shop = createServer((request, response) => {
  const path = new URL(request.url!, 'http://shop').pathname
  response.setHeader(
    'content-security-policy',
    `default-src 'none'; script-src 'self' ${toss.origin}; style-src 'self'; connect-src ${toss.origin}`,
  )
  if (path === '/loader.js') return response.setHeader('content-type', 'text/javascript').end(loader)
  if (path === '/shop.js') {
    const script = `
      import { loadTossPayments } from '/loader.js'
      window.codeOf = async (attempt) => {
        try { await attempt(); return 'done' } catch (error) { return error.code }
      }
      window.load = (key) => loadTossPayments(key, { src: '${toss.origin}/simulators/toss/sdk.js' })`
    return response.setHeader('content-type', 'text/javascript').end(script)
  }
  response
    .setHeader('content-type', 'text/html; charset=utf-8')
    .end(
      '<!doctype html><html lang="ko"><title>장터</title><main><h1>결제</h1><div id="methods"></div><div id="agreement"></div></main><script type="module" src="/shop.js"></script></html>',
    )
})
await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
})
after(async () => {
  await browser.close()
  shop.closeAllConnections()
  shop.close()
})

/** What `shop.js` puts into the page. */
declare const load: (clientKey: string) => Promise<any>
declare const codeOf: (attempt: () => unknown) => Promise<string>

const openShop = async (): Promise<{ page: Page; refused: string[] }> => {
  const context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 390, height: 844 } })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) refused.push(message.text())
  })
  await page.goto(origin)
  await page.waitForFunction(() => 'load' in window)
  return { page, refused }
}

const urls = (origin: string) => ({ successUrl: `${origin}/success`, failUrl: `${origin}/fail` })

/** The widgets drawn and ready for 12,000 won; kept in the page as `widgets`. */
const drawn = async (page: Page): Promise<void> => {
  await page.evaluate(async (key) => {
    const widgets = (await load(key)).widgets({ customerKey: 'customer-0001' })
    await widgets.setAmount({ currency: 'KRW', value: 12_000 })
    const methods = await widgets.renderPaymentMethods({ selector: '#methods' })
    const agreement = await widgets.renderAgreement({ selector: '#agreement' })
    Object.assign(window, { widgets, methods, agreement })
  }, widgetKeys!.clientKey)
}
declare const widgets: any
declare const methods: any
declare const agreement: any

const accessible = async (page: Page): Promise<void> => {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
  assert.deepEqual(
    violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`),
    [],
  )
}

test('the real loader draws the widgets, under a strict policy, readable for everyone', async () => {
  const { page, refused } = await openShop()
  await drawn(page)
  await page.getByRole('radio', { name: '신용·체크카드', checked: true }).waitFor()
  await page.getByRole('checkbox', { name: /필수/, checked: true }).waitFor()
  assert.deepEqual(refused, [])
  await accessible(page)
  await page.context().close()
})

test('choices are told by events, and read back', async () => {
  const { page } = await openShop()
  await drawn(page)
  await page.evaluate(() => {
    const told: unknown[] = []
    methods.on('paymentMethodSelect', (chosen: unknown) => told.push(chosen))
    agreement.on('agreementStatusChange', (status: { agreedRequiredTerms: boolean }) =>
      told.push(status.agreedRequiredTerms),
    )
    Object.assign(window, { told })
  })
  await page.getByRole('radio', { name: '계좌이체' }).check()
  await page.getByRole('checkbox').uncheck()
  const told = await page.evaluate(async () => [...(window as any).told, await methods.getSelectedPaymentMethod()])
  assert.deepEqual(told, [{ code: 'TRANSFER' }, false, { code: 'TRANSFER' }])
  const code = await page.evaluate(
    (given) => codeOf(() => widgets.requestPayment({ orderId: 'browser-0001', orderName: '원두', ...given })),
    urls(origin),
  )
  assert.equal(code, 'NEED_AGREEMENT_WITH_REQUIRED_TERMS')
  await page.context().close()
})

test('mistakes of the shop have the codes of the SDK', async () => {
  const { page } = await openShop()
  const codes = await page.evaluate(
    async ([widgetKey, apiKey, given]) => {
      const customerKey = 'customer-0001'
      const request = { orderId: 'browser-0002', orderName: '원두', ...given }
      const toss = await load(widgetKey)
      const widgets = toss.widgets({ customerKey })
      const early = await codeOf(() => widgets.renderPaymentMethods({ selector: '#methods' }))
      const negative = await codeOf(() => widgets.setAmount({ currency: 'KRW', value: -1 }))
      await widgets.setAmount({ currency: 'KRW', value: 12_000 })
      const nowhere = await codeOf(() => widgets.renderPaymentMethods({ selector: '#nowhere' }))
      const first = await widgets.renderPaymentMethods({ selector: '#methods' })
      const twice = await codeOf(() => widgets.renderPaymentMethods({ selector: '#methods' }))
      await first.destroy()
      const anew = await codeOf(() => widgets.renderPaymentMethods({ selector: '#methods' }))
      const badUrl = await codeOf(() => widgets.requestPayment({ ...request, successUrl: 'nonsense' }))
      const badKey = await codeOf(() => load('nonsense').then((made) => made))
      const badCustomer = await codeOf(() => toss.widgets({ customerKey: '!' }))
      const widgetKeyForApi = await codeOf(() =>
        toss
          .payment({ customerKey })
          .requestPayment({ ...request, method: 'CARD', amount: { currency: 'KRW', value: 1 } }),
      )
      const promise = (await load(apiKey)).payment({ customerKey })
      const noUrls = await codeOf(() =>
        promise.requestPayment({
          orderId: 'browser-0002',
          orderName: '원두',
          method: 'CARD',
          amount: { currency: 'KRW', value: 1_000 },
        }),
      )
      return { early, negative, nowhere, twice, anew, badUrl, badKey, badCustomer, widgetKeyForApi, noUrls }
    },
    [widgetKeys!.clientKey, apiKeys!.clientKey, urls(origin)] as const,
  )
  assert.deepEqual(codes, {
    early: 'NOT_SETUP_AMOUNT',
    negative: 'BELOW_ZERO_AMOUNT',
    nowhere: 'INVALID_SELECTOR',
    twice: 'PAYMENT_METHODS_WIDGET_ALREADY_RENDERED',
    anew: 'done',
    badUrl: 'INCORRECT_SUCCESS_URL_FORMAT',
    badKey: 'INVALID_CLIENT_KEY',
    badCustomer: 'INVALID_CUSTOMER_KEY',
    widgetKeyForApi: 'NOT_SUPPORTED_WIDGET_KEY',
    noUrls: 'NOT_SUPPORTED_PROMISE',
  })
  await page.context().close()
})

test('paying in the window leads back to the shop with what a confirm needs', async () => {
  const { page, refused } = await openShop()
  await drawn(page)
  await page.getByRole('radio', { name: '카카오페이' }).check()
  await page.evaluate(
    (given) => widgets.requestPayment({ orderId: 'browser-0003', orderName: '원두 외 1건', ...given }),
    urls(origin),
  )
  await page.getByRole('heading', { name: '원두 외 1건' }).waitFor()
  await accessible(page)
  assert.equal(await page.getByLabel('간편결제사').inputValue(), '카카오페이')
  await page.getByRole('button', { name: '12,000원 결제하기' }).click()
  await page.waitForURL(/\/success\?/)
  const back = new URL(page.url()).searchParams
  assert.deepEqual([back.get('orderId'), back.get('amount')], ['browser-0003', '12000'])
  const { body } = await toss.confirm(back.get('paymentKey')!, 'browser-0003', 12_000)
  assert.deepEqual([body.status, body.easyPay.provider], ['DONE', '카카오페이'])
  assert.deepEqual(refused, [])
  await page.context().close()
})

for (const [button, code] of [
  ['닫기', 'PAY_PROCESS_CANCELED'],
  ['카드사 거절로 끝내기', 'REJECT_CARD_COMPANY'],
] as const) {
  test(`${button} leads to failUrl with ${code}`, async () => {
    const { page } = await openShop()
    await page.evaluate(
      async ([key, given, orderId]) => {
        const payment = (await load(key)).payment({ customerKey: 'customer-0001' })
        await payment.requestPayment({
          method: 'CARD',
          amount: { currency: 'KRW', value: 12_000 },
          orderId,
          orderName: '원두',
          ...given,
        })
      },
      [apiKeys!.clientKey, urls(origin), `browser-${code}`] as const,
    )
    await page.getByRole('button', { name: button }).click()
    await page.waitForURL(/\/fail\?/)
    assert.equal(new URL(page.url()).searchParams.get('code'), code)
    await page.context().close()
  })
}
