import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meaningOf } from './answers.ts'

test('a code that is not known may pass with 5xx and 429, and refuses with any other status', () => {
  for (const status of [500, 502, 503, 429]) assert.equal(meaningOf(status, 'NEW_CODE'), 'retry', String(status))
  for (const status of [400, 401, 403, 404, 409]) assert.equal(meaningOf(status, 'NEW_CODE'), 'refused', String(status))
})

test('a code that is known means the same whatever its status', () => {
  for (const status of [400, 403, 500]) {
    assert.equal(meaningOf(status, 'PROVIDER_ERROR'), 'retry')
    assert.equal(meaningOf(status, 'ALREADY_PROCESSED_PAYMENT'), 'already')
    assert.equal(meaningOf(status, 'NOT_FOUND_PAYMENT_SESSION'), 'session lost')
    assert.equal(meaningOf(status, 'INVALID_API_KEY'), 'our fault')
  }
})
