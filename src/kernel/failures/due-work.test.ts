import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { pino } from 'pino'
import { dueWork } from './due-work.ts'
import { markTransient } from './transient.ts'

let due: Set<string>
let bad: Set<string>
let locked: Set<string>
let outage: Error | undefined
let runs: (readonly string[])[]
let lines: { id: string; tries: number; msg: string }[]
let run: (now: number) => Promise<number>
beforeEach(() => {
  ;[due, bad, locked, runs, lines, outage] = [new Set(), new Set(), new Set(), [], [], undefined]
  run = dueWork({
    log: pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    what: 'expire a thing',
    most: 4,
    find: async (_, limit) => [...due].slice(0, limit),
    work: async (ids) => {
      runs.push(ids)
      if (outage) throw outage
      if (ids.some((id) => bad.has(id))) throw new TypeError('poisoned')
      const open = ids.filter((id) => !locked.has(id))
      for (const id of open) due.delete(id)
      return open.length
    },
  })
})

describe('work that is due', () => {
  test('is done at once, as many as may be; one that fails keeps none of the others from being done', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) due.add(id)
    bad.add('b')
    assert.equal(await run(0), 3)
    assert.deepEqual(
      lines.map(({ id, tries, msg }) => [id, tries, msg]),
      [['b', 1, 'Could not expire a thing: the others go on']],
    )
    // It has a place of its own besides: those behind it are reached.
    assert.equal(await run(1), 2)
    assert.deepEqual([...due], ['b'])
    assert.deepEqual(runs.at(-1), ['e', 'f'])
    assert.equal(await run(2), 0)
    assert.equal(lines.length, 1)
  })

  test('that failed is tried later and later, and done once it can be', async () => {
    due.add('a')
    bad.add('a')
    const tried: number[] = []
    for (let now = 0; now < 2_000_000; now += 1_000) {
      const before = runs.length
      await run(now)
      if (runs.length > before) tried.push(now / 1_000)
    }
    assert.deepEqual(tried, [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1_023, 1_623])
    assert.equal(lines.length, tried.length)
    bad.delete('a')
    assert.equal(await run(3_000_000), 1)
    assert.equal(due.size, 0)
    // It begins anew should it come again.
    due.add('a')
    bad.add('a')
    await run(3_000_001)
    assert.equal(lines.at(-1)!.tries, 1)
  })

  test('that somebody else has locked is not done, and nothing to go on with at once', async () => {
    for (const id of ['a', 'b']) due.add(id)
    locked.add('a')
    assert.equal(await run(0), 1)
    assert.equal(await run(0), 0)
  })

  test('is left as it is in an outage, which rises', async () => {
    for (const id of ['a', 'b', 'c']) due.add(id)
    outage = markTransient(new Error('away'))
    await assert.rejects(run(0), outage)
    assert.deepEqual([runs.length, lines.length, due.size], [1, 0, 3])
    outage = undefined
    assert.equal(await run(1), 3)
  })
})
