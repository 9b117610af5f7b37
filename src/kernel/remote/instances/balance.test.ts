import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose } from './balance.ts'

/** Numbers from 0 to 1 that look like chance and are the same at each run. */
const seeded = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}

const instance = (name: string, weight: number, zone?: string) => ({ name, weight, zone, inFlight: 0, turn: 0 })

/** Shares of `calls` calls by name, each over before the next. */
const shares = (all: ReturnType<typeof instance>[], calls: number, zone?: string): Record<string, number> => {
  const counts: Record<string, number> = Object.fromEntries(all.map((each) => [each.name, 0]))
  const chance = seeded(7)
  for (let turn = 1; turn <= calls; turn++) {
    const chosen = choose(all, zone, chance)!
    chosen.turn = turn
    counts[chosen.name]! += 100 / calls
  }
  return counts
}

test('calls follow the weights: 70:30 over 10,000 calls within 2 points', () => {
  const { a, b } = shares([instance('a', 70), instance('b', 30)], 10_000)
  assert.ok(Math.abs(a! - 70) < 2, `${a}`)
  assert.ok(Math.abs(b! - 30) < 2, `${b}`)
})

test('two of the heavier weight share its part evenly', () => {
  const found = shares([instance('a', 70), instance('b', 30), instance('c', 70)], 10_000)
  for (const [name, wanted] of Object.entries({ a: 41.2, b: 17.6, c: 41.2 }))
    assert.ok(Math.abs(found[name]! - wanted) < 2, `${name} ${found[name]}`)
})

test('within a weight the less busy of two is chosen, and the busiest of three never', () => {
  const all = [instance('a', 1), instance('b', 1), instance('c', 1)]
  all[0]!.inFlight = 9
  all[1]!.inFlight = 3
  const found = shares(all, 3_000)
  assert.equal(found['a'], 0)
  assert.ok(found['c']! > found['b']!, JSON.stringify(found))
})

test('load does not bend the weights: a busy instance of another weight keeps its share', () => {
  const all = [instance('a', 70), instance('b', 30)]
  all[0]!.inFlight = 50
  assert.ok(Math.abs(shares(all, 10_000)['a']! - 70) < 2)
})

test('of two as busy they take turns', () => {
  const all = [instance('a', 1), instance('b', 1)]
  assert.deepEqual(shares(all, 10), { a: 50, b: 50 })
})

test('the own zone comes first, and another is used when nobody is there', () => {
  const all = [instance('near', 1, 'a'), instance('far', 1, 'b'), instance('near too', 1, 'a')]
  assert.deepEqual(shares(all, 100, 'a'), { near: 50, far: 0, 'near too': 50 })
  assert.equal(shares(all, 90, 'c')['far']! > 20, true)
  assert.equal(choose([all[1]!], 'a', () => 0)?.name, 'far')
  assert.equal(
    choose([], 'a', () => 0),
    undefined,
  )
})
