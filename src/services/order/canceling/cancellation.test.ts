import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sumWon, won } from '#kernel/money.ts'
import { plainAllocation, unrefunded } from '../placing/allocation.ts'
import {
  allUnits,
  type Cancellation,
  cancellationOf,
  isAllLeft,
  remainingAmount,
  unitsLeft,
  withCanceled,
  withCanceling,
  withReturned,
} from './cancellation.ts'
import type { OrderLine, OrderRecord } from '../order.ts'
import { labelOf, lineStatusOf } from '../states.ts'

/** A paid order of lines of so many units, for which so much was paid, and a charge. */
const orderOf = (
  lines: readonly { readonly quantity: number; readonly payment: number; readonly taxFree: number }[],
  charge: number,
): OrderRecord => ({
  id: 'order',
  number: '',
  memberId: '',
  status: 'PAID',
  amount: sumWon([...lines.map((each) => each.payment), charge]),
  name: '',
  reservationId: '',
  revision: 0,
  paymentKey: 'key',
  payBefore: 0,
  placedAt: 0,
  paidAt: 0,
  canceledAt: null,
  cancellationId: null,
  cancelReason: null,
  shipping: {} as OrderRecord['shipping'],
  charges: charge === 0 ? [] : [{ kind: 'SHIPPING', amount: won(charge), allocation: plainAllocation(won(charge)) }],
  lines: lines.map(({ quantity, payment, taxFree }, index): OrderLine => ({
    number: index + 1,
    skuId: '',
    productId: '',
    productName: '',
    imageUrl: null,
    options: {},
    quantity,
    unitPrice: won(0),
    status: 'PAID',
    canceling: 0,
    canceled: 0,
    canceledAmount: won(0),
    allocation: { ...plainAllocation(won(payment)), taxFree: won(taxFree) },
  })),
})

const line = fc
  .record({ quantity: fc.integer({ min: 1, max: 6 }), payment: fc.nat(20_000), taxFree: fc.nat() })
  .map(({ quantity, payment, taxFree }) => ({ quantity, payment, taxFree: taxFree % (payment + 1) }))
const step = fc.oneof(
  fc.record({ kind: fc.constant('cancel' as const), units: fc.array(fc.nat(6), { minLength: 4, maxLength: 4 }) }),
  fc.record({ kind: fc.constantFrom('done' as const, 'refused' as const), which: fc.nat(5) }),
)

test('whatever is canceled, refused and canceled anew: refunds sum to what was paid, to the won, and no unit goes twice', () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 4 }),
      fc.nat(3_000),
      fc.array(step, { maxLength: 40 }),
      (lines, charge, steps) => {
        let order = orderOf(lines, charge)
        let all: Cancellation[] = []
        const request = (wanted: { number: number; quantity: number }[]): void => {
          const made = cancellationOf(order, wanted, all, { id: `c${all.length}`, reason: '' })
          const taken = withCanceling(order, made.parts)
          order = made.state === 'DONE' ? withCanceled(taken, made.parts) : taken
          all = [...all, made]
        }
        const end = (state: 'DONE' | 'REFUSED', which: number): void => {
          const open = all.filter((each) => each.state === 'REQUESTED')
          const ended = open[which % Math.max(1, open.length)]
          if (!ended) return
          order = (state === 'DONE' ? withCanceled : withReturned)(order, ended.parts)
          all = all.map((each) => (each === ended ? { ...each, state } : each))
        }
        const holds = (): void => {
          for (const each of order.lines) {
            assert.ok(each.canceling >= 0 && each.canceled >= 0 && unitsLeft(each) >= 0)
            assert.ok(each.canceledAmount >= 0 && each.canceledAmount <= each.allocation.payment)
            assert.equal(each.status, lineStatusOf(each))
            if (unitsLeft(each) === each.quantity)
              assert.equal(each.canceledAmount, 0, 'all of a line is worth all of it')
          }
          assert.equal(order.status, labelOf('PAID', order.lines))
          const counted = all.filter((each) => each.state !== 'REFUSED')
          assert.ok(sumWon(counted.map((each) => each.amount)) <= order.amount)
          for (const each of counted) assert.ok(each.taxFree <= each.amount, 'no more is free of tax than goes back')
        }
        for (const each of steps) {
          if (each.kind !== 'cancel') end(each.kind === 'done' ? 'DONE' : 'REFUSED', each.which)
          else {
            const wanted = order.lines
              .map((one, i) => ({ number: one.number, quantity: Math.min(each.units[i]!, unitsLeft(one)) }))
              .filter(({ quantity }) => quantity > 0)
            if (wanted.length > 0) request(wanted)
          }
          holds()
        }
        // All that is left is canceled, and everything comes to its end.
        if (allUnits(order).length > 0) request(allUnits(order))
        while (all.some((each) => each.state === 'REQUESTED')) end('DONE', 0)
        holds()
        assert.equal(order.status, 'CANCELED')
        assert.equal(remainingAmount(order, all), 0)
        assert.ok(order.lines.every((each) => unrefunded(each) === 0))
        const taxFree = sumWon(all.filter((each) => each.state === 'DONE').map((each) => each.taxFree))
        assert.equal(taxFree, sumWon(lines.map((each) => each.taxFree)))
      },
    ),
  )
})

test('all that is left of the payment is asked for by the last cancellation alone', () => {
  const order = orderOf([{ quantity: 2, payment: 1_001, taxFree: 0 }], 500)
  const first = cancellationOf(order, [{ number: 1, quantity: 1 }], [], { id: 'first', reason: '' })
  assert.deepEqual([first.whole, first.amount], [false, 501])
  const left = withCanceling(order, first.parts)
  assert.ok(isAllLeft(left, [{ number: 1, quantity: 1 }]))
  const last = (state: Cancellation['state']) =>
    cancellationOf(left, allUnits(left), [{ ...first, state }], { id: 'last', reason: '' })
  // While another is under way, the payment may not know of it yet: what is left there may be its.
  assert.deepEqual([last('REQUESTED').whole, last('REQUESTED').amount], [false, 1_000])
  assert.deepEqual([last('DONE').whole, last('DONE').amount], [true, 1_000])
})
