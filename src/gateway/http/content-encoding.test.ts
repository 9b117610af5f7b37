import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { acceptedCoding, encoded } from './content-encoding.ts'

test('Accept-Encoding is read as the standard has it', () => {
  for (const [header, coding, required] of [
    [undefined, undefined, false],
    ['', undefined, false],
    ['gzip', 'gzip', false],
    ['gzip, deflate, br, zstd', 'br', false],
    ['BR', 'br', false],
    ['GZip;Q=0.5', 'gzip', false],
    ['x-gzip', 'gzip', false],
    ['br;q=0, gzip', 'gzip', false],
    ['gzip;q=0', undefined, false],
    ['br;q=0.2, gzip;q=0.8', 'gzip', false],
    ['gzip ; q=0.3 , br ; q=0.3', 'br', false],
    ['*', 'br', false],
    ['*;q=0', undefined, false],
    ['br;q=0, *', 'gzip', false],
    ['gzip, *;q=0', 'gzip', true],
    ['identity', undefined, false],
    ['identity, gzip;q=0.5', undefined, false],
    ['identity;q=0.5, gzip', 'gzip', false],
    ['identity;q=0, gzip', 'gzip', true],
    ['identity;q=0', undefined, false],
    ['identity;q=0, *', 'br', true],
    ['gzip;q=nonsense', undefined, false],
    ['gzip;q=7', undefined, false],
    ['brotli, zebra', undefined, false],
    ['deflate', undefined, false],
  ] as const)
    assert.deepEqual(acceptedCoding(header), { coding, required }, String(header))
})

test('bytes that are kept are encoded once, a text each time', async () => {
  const bytes = Buffer.from('장터 '.repeat(500))
  const [first, second] = await Promise.all([encoded(bytes, 'br'), encoded(bytes, 'br')])
  assert.equal(first, second)
  assert.equal(encoded(bytes, 'br'), first)
  assert.equal(brotliDecompressSync(first).toString(), bytes.toString())
  assert.equal(gunzipSync(await encoded(bytes, 'gzip')).toString(), bytes.toString())
  const text = await encoded(bytes.toString(), 'gzip')
  assert.notEqual(text, await encoded(bytes.toString(), 'gzip'))
  assert.equal(gunzipSync(text).toString(), bytes.toString())
})
