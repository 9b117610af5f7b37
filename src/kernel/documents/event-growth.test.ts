import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { event } from '../contract.ts'
import { contractsOf, refusals } from './event-growth.ts'

const line = z.object({ skuId: z.string(), quantity: z.int().min(1) })
const shape = {
  orderId: z.string(),
  memberId: z.string(),
  status: z.enum(['PAID', 'CANCELED']),
  note: z.string().max(100).optional(),
  lines: z.array(line),
  by: z.union([z.literal('member'), z.null()]),
}
const told = (payload: z.ZodObject<any>, version = 1, key = 'orderId') =>
  contractsOf([event('order.told', { version, key: key as never, payload, summary: 'Told.' })])
const released = told(z.object(shape))
const refused = (changed: z.ZodRawShape, version?: number) =>
  refusals(released, told(z.object({ ...shape, ...changed }), version))

/** What is refused, with a word of the sentence that must be in it. */
const assertRefused = (found: readonly string[], ...words: RegExp[]): void => {
  assert.equal(found.length, words.length, found.join('\n'))
  for (const [i, word] of words.entries()) assert.match(found[i]!, word)
}

describe('contracts of events may grow', () => {
  test('as they are', () => assert.deepEqual(refused({}), []))
  test('by another event', () => assert.deepEqual(refusals({}, released), []))
  test('by a member that need not be there', () => assert.deepEqual(refused({ coupon: z.string().optional() }), []))
  test('by a member that has a value where it was not told', () =>
    assert.deepEqual(refused({ points: z.int().default(0) }), []))
  test('by a member of a line', () =>
    assert.deepEqual(refused({ lines: z.array(line.extend({ price: z.int().optional() })) }), []))
  test('by values of later versions, and by members that later versions need not have', () => {
    assert.deepEqual(refused({ status: z.enum(['PAID', 'CANCELED', 'EXPIRED']) }, 2), [])
    assert.deepEqual(refused({ memberId: z.string().optional() }, 2), [])
  })
})

describe('contracts of events may not', () => {
  test('lose an event', () => assertRefused(refusals(released, {}), /^order\.told was told to the world and is gone/))
  test('lose a member, whether it was always there or not, in whatever version', () => {
    for (const version of [1, 2]) {
      const { note: _, ...without } = shape
      assertRefused(refusals(released, told(z.object(without), version)), /^order\.told\.note was told and is gone/)
    }
    const thin = z.object({ quantity: z.int().min(1) })
    assertRefused(refused({ lines: z.array(thin) }), /^order\.told\.lines\[\]\.skuId was told and is gone/)
  })
  test('change the type of a member', () => {
    const found = refused({ memberId: z.int() })
    assertRefused(
      found,
      /log could not be read.*memberId: is string.*integer/,
      /Consumers of before.*memberId: is integer/,
    )
    assert.ok(refused({ memberId: z.int() }, 2).length > 0, 'nor in a later version')
  })
  test('ask for more than was told', () => {
    assertRefused(
      refused({ note: z.string().max(50).optional() }),
      /log could not be read.*note: maxLength is 100 where it is written, 50 where it is read/,
    )
    assertRefused(refused({ status: z.enum(['PAID']) }), /log could not be read.*CANCELED is written, but not known/)
    assertRefused(refused({ note: z.string().max(100) }), /log could not be read.*note: must be there where it is read/)
    assertRefused(refused({ orderId: z.uuid() }), /log could not be read.*orderId: format is not the same/)
    assertRefused(refused({ by: z.literal('member') }), /log could not be read/)
  })
  test('ask for a new member', () => {
    for (const version of [1, 2])
      assertRefused(
        refused({ points: z.int() }, version),
        /log could not be read.*points: must be there where it is read/,
      )
  })
  test('tell what consumers of before cannot read, in the same version', () => {
    const needs = /Consumers of before could not read it; were it meant so, it would need version 2/
    assertRefused(refused({ status: z.enum(['PAID', 'CANCELED', 'EXPIRED']) }), needs)
    assertRefused(refused({ memberId: z.string().nullable() }), needs)
    assertRefused(refused({ memberId: z.string().optional() }), needs)
    assertRefused(refused({ note: z.string().optional() }), needs)
    assertRefused(refused({ lines: z.array(line.extend({ quantity: z.int().min(0) })) }), needs)
  })
  test('be ordered by another member', () =>
    assertRefused(refusals(released, told(z.object(shape), 1, 'memberId')), /ordered by memberId instead of orderId/))
  test('go back to an earlier version', () =>
    assertRefused(refusals(told(z.object(shape), 2), released), /version 1 after 2/))
})
