import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { steerableRuntime } from '#test/support/clock.ts'
import { freshSchema } from '#test/support/schema.ts'
import { startRefunds } from './refund-books.fixture.ts'
import type { Fate } from './refund-provider.fixture.ts'
import { refundIdOf } from '../toss/cancels.ts'

// Whatever becomes of the requests of several refunds of one payment, and whatever somebody does at the provider's console
// meanwhile: each won that went back is booked once, to the refund that it belongs to.

const PAID = 10_000

interface Asked {
  readonly refundId: string
  readonly amount: number | undefined
  readonly orLess: boolean
}

const db = await freshSchema('payment')
const runtime = steerableRuntime()

const fate = fc.constantFrom<Fate>(
  'answered',
  'answered',
  'answer lost',
  'request lost',
  'refused',
  'error',
  'error after it was done',
)
/** Few amounts, so that many are equal. */
const amount = fc.constantFrom(1_000, 1_000, 2_500, 4_000)
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      amount: fc.option(amount, { nil: undefined }),
      orLess: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('console' as const), amount, hinted: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'sweep' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hint' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'forget' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      step: fc.constantFrom(
        'payment.refund',
        'payment.resolve-refund',
        'payment.adopt-cancels',
        'payment.refund-request',
      ),
    }),
  },
)

test('what is booked is what went back, each refund by its own cancel', async () => {
  await fc.assert(
    fc.asyncProperty(
      // Those of a round happen at the same time.
      fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 }),
      fc.array(fate, { maxLength: 12 }),
      async (rounds, fates) => {
        const left = [...fates]
        const it = await startRefunds(db, runtime, { amount: PAID, fateOf: () => left.shift() ?? 'answered' })
        const asked: Asked[] = []
        const refund = ({ amount, ...more }: Asked) => it.quietly(it.refund(amount, more))
        for (const round of rounds)
          await Promise.all(
            round.map(async (each) => {
              switch (each.kind) {
                case 'refund': {
                  const one = { refundId: randomUUID(), amount: each.amount, orLess: each.orLess }
                  asked.push(one)
                  return refund(one)
                }
                case 'repeat':
                  return asked[each.which] && refund(asked[each.which]!)
                case 'console':
                  return void (it.toss.atConsole(each.amount) && each.hinted && (await it.quietly(it.hint())))
                case 'sweep':
                  return it.sweep()
                case 'hint':
                  return it.quietly(it.hint())
                case 'forget':
                  return it.toss.forget()
                case 'kill':
                  return it.killIn(each.step)
              }
            }),
          )
        it.killIn('none')
        await it.drain()
        // Toss repeats its webhooks until they are answered.
        await it.hint()
        await it.drain()

        const cancels = it.toss.cancels()
        const books = await it.books()
        const sums = await it.sums()
        const back = cancels.reduce((sum, each) => sum + each.cancelAmount, 0)
        assert.deepEqual(sums, { requested: back, refunded: back, ledger: back, balance: 0 })
        const made = books.filter((each) => each.state === 'REFUNDED' && each.amount > 0)
        assert.deepEqual(
          made.map((each) => [each.key, each.amount]).toSorted(),
          cancels.map((each) => [each.transactionKey, each.cancelAmount]).toSorted(),
        )
        for (const cancel of cancels) {
          const of = refundIdOf({ ...cancel })
          const booked = made.find((each) => each.key === cancel.transactionKey)!
          assert.equal(
            asked.some((each) => each.refundId === booked.id) ? booked.id : undefined,
            of,
            'booked to the refund whose request made it, or to none of ours',
          )
        }
        const told = await it.told('payment.refunded')
        assert.deepEqual(
          told.map((each) => each.refundId).toSorted(),
          books
            .filter((each) => each.state === 'REFUNDED')
            .map((each) => each.id)
            .toSorted(),
          'each is told once',
        )
        assert.deepEqual(
          (await it.told('payment.refund_refused')).map((each) => each.refundId).toSorted(),
          books
            .filter((each) => each.state === 'REFUSED')
            .map((each) => each.id)
            .toSorted(),
        )
      },
    ),
    { numRuns: 120, endOnFailure: true },
  )
})
