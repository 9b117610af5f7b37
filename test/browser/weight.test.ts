import assert from 'node:assert/strict'
import { test } from 'node:test'
import { visitor } from './support/shop.ts'
import { alive, openProduct } from './support/steps.ts'

/** Bytes of script a first load may bring, compressed. */
const BUDGET = 150 * 1024

test('the first load of list and detail brings less than 150 KB of script', async () => {
  const looking = await visitor()
  await openProduct(looking.page)
  const detail = new URL(looking.page.url()).pathname
  await looking.leave()

  for (const path of ['/products', detail]) {
    const { page, leave } = await visitor()
    const network = await page.context().newCDPSession(page)
    await network.send('Network.enable')
    const scripts = new Map<string, string>()
    let bytes = 0
    network.on('Network.responseReceived', ({ requestId, type, response }) => {
      if (type === 'Script' || /\.js($|\?)/.test(response.url)) scripts.set(requestId, response.url)
    })
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength
    })
    await page.goto(path, { waitUntil: 'networkidle' })
    await alive(page)
    assert.ok(scripts.size > 2, 'scripts were seen')
    assert.ok(bytes > 10_000 && bytes < BUDGET, `${path} brings ${Math.round(bytes / 1024)} KB of script`)
    await leave()
  }
})

test('assets are packed and kept for ever, pages by nobody but the browser', async () => {
  const { page, origin, leave } = await visitor()
  const response = await page.goto('/products')
  const headers = await response!.allHeaders()
  assert.match(headers['cache-control'] ?? '', /^private/)
  assert.match(headers['content-security-policy'] ?? '', /script-src 'self' 'nonce-[^']{20,}'/)
  const asset = await page.locator('link[rel=modulepreload]').first().getAttribute('href')
  const script = await fetch(new URL(asset!, origin), { headers: { 'accept-encoding': 'br' } })
  assert.match(script.headers.get('cache-control') ?? '', /immutable/)
  await script.body?.cancel()
  await leave()
})
