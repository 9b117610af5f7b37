import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Contract, Operation } from '#kernel/contract.ts'
import { VERSION_CONFLICT } from '#kernel/input/versions.ts'
import { shop } from '#src/shop.ts'

// Whatever staff write over something they have read says which version that was, or is named here with the reason why
// nothing can be overwritten unseen. A new operation is judged without anybody adding it here.

const needsNoVersion: Readonly<Record<string, string>> = {
  'product.create': 'makes something new',
  'product.moveStock': 'adds to whatever is there; safe to repeat by its Idempotency-Key',
  'catalog.rebuild': 'makes derived data anew; staff read nothing of it to write it',
  'catalog.rebuildSearchIndex': 'makes derived data anew; refused while one is under way',
  'config.preview': 'stores nothing',
  'status.setLogLevel': 'a command to running hosts, gone with them; nothing of it is edited',
  'status.redrive': 'names one event, and is refused once that is no longer dead',
}

const contracts = shop.map((each) => each.contract as Contract)
const writes = contracts.flatMap(({ name, operations }) =>
  Object.entries(operations)
    .filter(([, { access, method }]) => typeof access === 'object' && method !== 'GET')
    .map(([operation, declared]) => ({ name: `${name}.${operation}`, operation: declared })),
)

const takesVersion = ({ input }: Operation): boolean =>
  input.safeParse({ expectedVersion: 'x' }).error?.issues.some((each) => each.path[0] === 'expectedVersion') ?? false
const declares = ({ faults = [] }: Operation): boolean => faults.some((each) => each.code === VERSION_CONFLICT.code)

describe('what staff write says what it read', () => {
  test('each staff write takes the version, answers with the conflict, or is named here', () => {
    assert.ok(writes.length >= 10)
    for (const { name, operation } of writes) {
      const expected = !(name in needsNoVersion)
      assert.deepEqual([takesVersion(operation), declares(operation)], [expected, expected], name)
    }
  })

  test('whoever is named here exists', () => {
    const known = new Set(writes.map((each) => each.name))
    for (const name of Object.keys(needsNoVersion)) assert.ok(known.has(name), name)
  })

  test('no write that names a version is repeated by itself: the second would be told of the first', () => {
    for (const { name, operation } of writes)
      if (takesVersion(operation)) assert.notEqual(operation.repeatable, true, name)
  })
})
