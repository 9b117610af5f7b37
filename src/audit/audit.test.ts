import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contract } from '#kernel/contract.ts'
import { check } from '#kernel/invariant.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { service } from '#kernel/service.ts'
import { auditOf } from './audit.ts'

const runtime = systemRuntime()
const nothingThere = {
  store: () => ({ query: async () => [] }),
  has: (name: string) => name === 'shelf',
  time: async (now: number) => now,
  attempt: async (work: () => Promise<void>) => work(),
}
const shelfWith = (needs: readonly string[]) =>
  service(
    contract('shelf', {}),
    {
      invariants: [
        check({
          family: 'shelves',
          needs,
          invariants: ['no shelf is crooked'],
          examine: async (_view, tally) => tally('no shelf is crooked').wrong('7', 'leans to the left'),
        }),
      ],
    },
    () => assert.fail('it was built'),
  )

test('the invariants that a service declares are examined and reported with the others', async () => {
  const report = await auditOf(nothingThere as never, { services: [shelfWith(['shelf'])], runtime })
  assert.deepEqual(report.findings.find((each) => each.family === 'shelves')?.listed, [
    { id: '7', what: 'leans to the left' },
  ])
  assert.equal(report.violations, 1)
})

test('an invariant of a service that reads the store of another is refused: it belongs to the audit', async () => {
  await assert.rejects(
    auditOf(nothingThere as never, { services: [shelfWith(['shelf', 'product'])], runtime }),
    /The service shelf declares an invariant over shelf, product/,
  )
})
