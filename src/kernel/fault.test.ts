import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { Fault, fault } from './fault.ts'
import { commonCodes, INTERNAL, UNAVAILABLE } from './faults.ts'

const SHORT = fault(
  'SHORT',
  409,
  { ko: (data) => `${data.left}개 남았습니다.`, en: (data) => `${data.left} left.` },
  z.object({ left: z.int() }),
)

describe('a fault', () => {
  test('says its code, status, data and a sentence in both languages', () => {
    const made = SHORT({ left: 2 }, { field: 'quantity', retryAfter: 30 })
    assert.ok(made instanceof Fault)
    assert.deepEqual(
      { code: made.code, status: made.status, data: made.data, field: made.field, retryAfter: made.retryAfter },
      { code: 'SHORT', status: 409, data: { left: 2 }, field: 'quantity', retryAfter: 30 },
    )
    assert.deepEqual(made.messages, { ko: '2개 남았습니다.', en: '2 left.' })
    assert.equal(made.message, 'SHORT: 2 left.')
  })

  test('is told from others by its code, also one that came from another host', () => {
    assert.ok(SHORT.is(SHORT({ left: 1 })))
    assert.ok(SHORT.is(new Fault('SHORT', 409, { ko: '', en: '' })))
    assert.ok(!SHORT.is(INTERNAL()))
    assert.ok(!SHORT.is(Object.assign(new Error('x'), { code: 'SHORT' })))
  })

  test('keeps its cause for the log', () => {
    const cause = new Error('the disk is full')
    assert.equal(INTERNAL(undefined, { cause }).cause, cause)
    assert.ok(!('cause' in INTERNAL()))
  })

  test('a service that is down is named in a sentence a customer can act on', () => {
    assert.match(UNAVAILABLE({ service: 'product' }).messages.en, /^The product service is not available\. Please try/)
    assert.match(UNAVAILABLE().messages.en, /^The requested service/)
    assert.ok(commonCodes.has('UNAVAILABLE'))
  })
})
