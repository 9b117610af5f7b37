import assert from 'node:assert/strict'
import { after } from 'node:test'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { PATIENCE } from './timeouts.ts'

/** A shop that runs, wherever it does. */
interface Running {
  readonly origin: string
  stop(): Promise<void>
}

let browsing: Promise<Browser> | undefined

const start = async (): Promise<Running> => {
  const given = process.env['SHOP_ORIGIN']
  if (given) return { origin: given, stop: async () => {} }
  const { startTestShop } = await import('#test/support/shop.ts')
  return await startTestShop({ samples: true, withPages: true })
}

// Started while the file loads, so that it belongs to the whole file and not to its first test.
const running = await start()

/** The address of the shop under test: one of this file's own, or the one `SHOP_ORIGIN` names. */
export const { origin } = running

const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })

/** Somebody at a browser: a page of its own, and what went wrong in it. */
export interface Visitor {
  readonly origin: string
  readonly page: Page
  /** Closes the browser. Fails when a script failed, the page changed under the reader, or the security policy was broken. */
  leave(): Promise<void>
}

// A headless browser says so, and is given whole pages as crawlers are; people get theirs as they become ready.
const PERSON = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36'

/** Opens a browser of its own for one visitor, in Korean unless told. */
export const visitor = async (options: BrowserContextOptions = {}): Promise<Visitor> => {
  const browser = await (browsing ??= launch())
  const context = await browser.newContext({
    baseURL: origin,
    locale: 'ko-KR',
    userAgent: PERSON,
    timezoneId: 'Asia/Seoul',
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|hydrat/i.test(message.text())) errors.push(message.text())
  })
  const leave = async (): Promise<void> => {
    await context.close()
    assert.deepEqual(errors, [], 'no script failed and no policy was broken')
  }
  return { origin, page, leave }
}

after(async () => {
  await (await browsing)?.close()
  await running.stop()
})
