import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { orderStatus } from './contract.ts'
import { after, diagram, isEnded, life } from './states.ts'

test('every state of the contract has a row, and every exit leads to a state', () => {
  assert.deepEqual(Object.keys(life).sort(), [...orderStatus.options].sort())
  for (const exits of Object.values(life)) for (const to of Object.values(exits)) assert.ok(to in life)
})

test('what has ended stays ended; while money moves neither deadline nor buyer ends an order', () => {
  assert.deepEqual(orderStatus.options.filter(isEnded), ['CANCELED', 'EXPIRED'])
  for (const happening of ['deadline passed', 'canceled unpaid', 'cancellation requested', 'items changed'] as const)
    assert.equal(after('PAYING', happening), undefined)
})

test('from every state some end can be reached', () => {
  const ends = new Set<string>(orderStatus.options.filter(isEnded))
  for (let grown = true; grown;) {
    grown = false
    for (const [from, exits] of Object.entries(life))
      if (!ends.has(from) && Object.values(exits).some((to) => ends.has(to))) {
        ends.add(from)
        grown = true
      }
  }
  assert.equal(ends.size, orderStatus.options.length)
})

test('the diagram in the docs is drawn from the table', () => {
  const page = readFileSync(new URL('../../../docs/order-states.md', import.meta.url), 'utf8')
  assert.ok(page.includes(diagram()), 'docs/order-states.md does not hold the diagram of src/services/order/states.ts')
})
