import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { mutants } from './list.ts'
import { misfit, mutated } from './mutant.ts'

const root = join(import.meta.dirname, '..', '..')

test('each guard on the list stands where the list says, and its tests exist', () => {
  const wrong = mutants.flatMap((each) => {
    const source = readFileSync(join(root, each.file), 'utf8')
    const missing = each.tests.filter((file) => !existsSync(join(root, file)))
    return [misfit(each, source), ...missing.map((file) => `${file} does not exist`)]
      .filter((reason) => reason !== undefined)
      .map((reason) => `${each.guard}: ${reason}`)
  })
  assert.deepEqual(wrong, [])
})

test('each guard has tests, and each way to take it out is on the list once', () => {
  for (const each of mutants) assert.ok(each.tests.length > 0, each.guard)
  const places = mutants.map((each) => `${each.file} ${each.text} ${each.without}`)
  assert.equal(new Set(places).size, places.length)
})

test('a guard is taken out to the letter, and one that moved is reported', () => {
  const mutant = { guard: 'x', file: 'a.ts', text: 'if (a) $&', without: '$1', tests: ['b'] }
  assert.equal(mutated(mutant, 'before if (a) $& after'), 'before $1 after')
  assert.equal(misfit(mutant, 'if (a) $&'), undefined)
  assert.match(misfit(mutant, 'nothing')!, /occurs 0 times in a\.ts/)
  assert.match(misfit(mutant, 'if (a) $& if (a) $&')!, /occurs 2 times/)
})
