import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { orderStatus } from './contract.ts'
import { nextStatus, diagram, isEnded, labelOf, life, lineDiagram, lineLife, lineStatusOf } from './states.ts'

test('every state of the contract has a row, and every exit leads to a state', () => {
  assert.deepEqual(
    [...new Set([...Object.keys(life), ...Object.keys(lineLife)])].sort(),
    [...orderStatus.options].sort(),
  )
  for (const table of [life, lineLife])
    for (const exits of Object.values(table)) for (const to of Object.values(exits)) assert.ok((to as string) in table)
})

test('what has ended stays ended; while money moves neither deadline nor buyer ends an order', () => {
  assert.deepEqual(orderStatus.options.filter(isEnded), ['CANCELED', 'EXPIRED'])
  for (const ended of ['CANCELED', 'EXPIRED'] as const) assert.deepEqual(life[ended], {})
  for (const trigger of ['deadline passed', 'canceled unpaid', 'items changed'] as const)
    assert.equal(nextStatus('PAYING', trigger), undefined)
})

test('nothing of the payment happens to an order that is paid', () => {
  for (const label of ['PAID', 'CANCEL_REQUESTED', 'CANCELED'] as const)
    for (const trigger of ['payment begun', 'payment captured', 'payment refused', 'deadline passed'] as const)
      assert.equal(nextStatus(label, trigger), undefined)
})

test('from every state some end can be reached', () => {
  for (const [table, ends] of [
    [life, ['PAID', 'CANCELED', 'EXPIRED']],
    [lineLife, ['CANCELED']],
  ] as const) {
    const reached = new Set<string>(ends)
    for (let grown = true; grown;) {
      grown = false
      for (const [from, exits] of Object.entries(table))
        if (!reached.has(from) && Object.values(exits).some((to) => reached.has(to as string))) {
          reached.add(from)
          grown = true
        }
    }
    assert.deepEqual([...reached].sort(), Object.keys(table).sort())
  }
})

const line = fc
  .record({ quantity: fc.integer({ min: 1, max: 9 }), some: fc.nat(), more: fc.nat() })
  .map(({ quantity, some, more }) => {
    const canceled = some % (quantity + 1)
    return { quantity, canceled, canceling: more % (quantity - canceled + 1) }
  })

test('the label of an order: as it was paid while any unit is, then being canceled, then canceled', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const sum = (of: (each: (typeof lines)[number]) => number) => lines.reduce((all, each) => all + of(each), 0)
      const left = sum((each) => each.quantity - each.canceled - each.canceling)
      const expected = left > 0 ? 'PAID' : sum((each) => each.canceling) > 0 ? 'CANCEL_REQUESTED' : 'CANCELED'
      assert.equal(labelOf('PAID', lines), expected)
      for (const unpaid of ['PENDING_PAYMENT', 'PAYING', 'AWAITING_DEPOSIT', 'CANCELED', 'EXPIRED'] as const)
        assert.equal(labelOf(unpaid, lines), unpaid)
    }),
  )
})

test('the label of a line is that of its units that are the least far', () => {
  assert.equal(lineStatusOf({ quantity: 3, canceling: 1, canceled: 1 }), 'PAID')
  assert.equal(lineStatusOf({ quantity: 3, canceling: 1, canceled: 2 }), 'CANCEL_REQUESTED')
  assert.equal(lineStatusOf({ quantity: 3, canceling: 0, canceled: 3 }), 'CANCELED')
})

test('the diagrams in the docs are drawn from the tables', () => {
  const page = readFileSync(new URL('../../../docs/order-states.md', import.meta.url), 'utf8')
  for (const drawn of [diagram(), lineDiagram()])
    assert.ok(
      page.includes(drawn),
      `docs/order-states.md does not hold this of src/services/order/states.ts:\n${drawn}`,
    )
})
