import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DONE, lifeOfReservation, Supply } from './reservation.ts'

describe('a hold that was secured', () => {
  test('is ended neither by its deadline nor by a release: only by what becomes of its order', () => {
    assert.equal(lifeOfReservation.overdue.SECURED, DONE)
    assert.equal(lifeOfReservation.release.SECURED, DONE)
    for (const cause of ['paid', 'canceled-unpaid', 'canceled-paid', 'unneeded'] as const)
      assert.notEqual(typeof lifeOfReservation[cause].SECURED, 'string', cause)
  })
})

describe('requests that are decided together', () => {
  test('what one of them takes the next cannot', () => {
    const supply = new Supply(new Map([['a', 5]]))
    const three = [{ skuId: 'a', quantity: 3 }]
    assert.deepEqual(supply.shortages(three), [])
    supply.take(three)
    assert.deepEqual(supply.shortages(three), [{ skuId: 'a', requested: 3, available: 2 }])
    assert.deepEqual(supply.shortages([{ skuId: 'a', quantity: 2 }]), [])
  })

  test('of what does not exist there is nothing', () => {
    assert.deepEqual(new Supply(new Map()).shortages([{ skuId: 'a', quantity: 1 }]), [
      { skuId: 'a', requested: 1, available: 0 },
    ])
  })
})
