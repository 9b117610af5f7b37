import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCrossSite } from './cross-site.ts'

const nobody: ReadonlySet<string> = new Set()
const ours = { host: 'shop.example' }

test('a browser says itself which site asks, whatever else it says', () => {
  const sites = { 'same-origin': false, none: false, 'same-site': true, 'cross-site': true, 'something-new': true }
  for (const [site, crosses] of Object.entries(sites))
    for (const origin of [{}, { origin: 'https://shop.example' }])
      assert.equal(isCrossSite({ ...ours, ...origin, 'sec-fetch-site': site }, nobody), crosses, site)
})

test('where it does not, the origin must be this host', () => {
  assert.equal(isCrossSite({ ...ours, origin: 'https://shop.example' }, nobody), false)
  for (const origin of ['https://evil.example', 'https://shop.example:8443', 'https://shop.example.evil', 'null', ''])
    assert.equal(isCrossSite({ ...ours, origin }, nobody), true, origin)
})

test('who says neither is no browser', () => assert.equal(isCrossSite(ours, nobody), false))

test('pages of an origin on the list may call', () => {
  const trusted = new Set(['https://partner.example'])
  const headers = { ...ours, 'sec-fetch-site': 'cross-site' }
  assert.equal(isCrossSite({ ...headers, origin: 'https://partner.example' }, trusted), false)
  assert.equal(isCrossSite({ ...headers, origin: 'https://evil.example' }, trusted), true)
})
