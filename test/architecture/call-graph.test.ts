import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { shop } from '#src/shop.ts'
import { callGraphOf, cycleIn, drawnCalls } from './call-graph.ts'

const graph = callGraphOf(shop)

test('no service calls itself through others', (t) => {
  for (const [name, calls] of graph) if (calls.length > 0) t.diagnostic(`${name} → ${calls.join(', ')}`)
  const cycle = cycleIn(graph)
  assert.equal(
    cycle,
    undefined,
    `${cycle?.join(' → ')}: one of them must learn by events, or be conducted, instead of calling (needs in service.ts)`,
  )
})

test('a cycle is found wherever it is, and named', () => {
  const of = (calls: Readonly<Record<string, string[]>>) => new Map(Object.entries(calls))
  assert.deepEqual(cycleIn(of({ a: ['b'], b: ['c'], c: ['b'] })), ['b', 'c', 'b'])
  assert.deepEqual(cycleIn(of({ a: ['b', 'c'], b: [], c: ['c'] })), ['c', 'c'])
  assert.equal(cycleIn(of({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })), undefined)
})

test('the picture of the architecture shows just these calls', () => {
  const drawn = drawnCalls(readFileSync('docs/architecture.md', 'utf8'), new Set(graph.keys()))
  assert.deepEqual(Object.fromEntries(drawn), Object.fromEntries(graph))
})
