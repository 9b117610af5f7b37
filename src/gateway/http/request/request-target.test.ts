import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { requestTarget } from './request-target.ts'

const url = (target: string): string | undefined => requestTarget(target)?.url

test('every spelling of a path becomes one', () => {
  for (const spelling of [
    '/health/ready',
    '/%68ealth/ready',
    '/%68%65%61%6c%74%68/ready',
    '//health/ready',
    '/health//ready',
    '/./health/ready',
    '/%2e/health/ready',
    '/api/../health/ready',
    '/api/%2E%2e/health/ready',
    '/../../health/./x/../ready',
    'http://shop/health/ready',
    'HTTPS://shop:8443//health/%72eady',
  ])
    assert.equal(url(spelling), '/health/ready', spelling)
})

test('what is another path stays another', () => {
  for (const other of [
    '/health/ready/',
    '/health/ready.',
    '/health/ready;x=1',
    '/Health/ready',
    '/health%2Fready',
    '/health/ready%20',
    '/health%5Cready',
    '/health/ready%00',
    '/health/%2568ealth',
    '/...',
  ])
    assert.equal(url(other), other)
  assert.equal(url('/health%2fready'), '/health%2Fready')
})

test('what would end a path, begin a host or be no ASCII is encoded', () => {
  assert.equal(url('/\\evil.example/x'), '/%5Cevil.example/x')
  assert.equal(url('/a#b'), '/a%23b')
  assert.equal(url('/a?b#c'), '/a?b%23c')
  // As Node.js hands out the UTF-8 bytes of 장터: one character each.
  assert.equal(url(`/${Buffer.from('장').toString('latin1')}`), '/%EC%9E%A5')
  assert.equal(url(`/a?q=${Buffer.from('터').toString('latin1')}`), '/a?q=%ED%84%B0')
})

test('the query stays as it was written', () => {
  assert.equal(url('/%61?next=//x/../%61&b={"c"}'), '/a?next=//x/../%61&b={"c"}')
})

test('an absolute target tells its authority, and an empty path is the root', () => {
  assert.deepEqual(requestTarget('http://shop:80?x=1'), { url: '/?x=1', authority: 'shop:80' })
  assert.deepEqual(requestTarget('*'), { url: '*' })
})

test('what is no path, or has a broken escape, is none', () => {
  for (const none of ['', 'health', 'ftp://shop/x', 'shop:443', '?x', '/%', '/%zz', '/%%361pi', '/a%4'])
    assert.equal(requestTarget(none), undefined, none)
})

test('a normalised target is its own normal form', () => {
  const characters = fc.constantFrom(...'/.%2eE5c?#;a\\A ~\u00e9"{', '%2f', '%2E', '%61', '//', '/../')
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 24 }), (parts) => {
      const once = url(`/${parts.join('')}`)
      if (once === undefined) return
      assert.equal(url(once), once)
      assert.match(once, /^\/(?!\/)[\x21-\x7e]*$/)
    }),
  )
})
