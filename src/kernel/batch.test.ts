import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { microBatcher } from './batch.ts'
import { fault, type Fault } from './fault.ts'
import { markTransient } from './failures/transient.ts'

const REFUSED = fault('REFUSED', 409, { ko: '안 됩니다.', en: 'No.' })

/** Lanes whose batches end when the test says so. */
const held = (options: { concurrency: number; max: number; partitionBy?: (input: number) => unknown }) => {
  const batches: { inputs: number[]; end: (error?: Error) => void }[] = []
  const made = microBatcher<number, number>(options, (inputs) => {
    const { promise, resolve, reject } = Promise.withResolvers<number[]>()
    batches.push({ inputs, end: (error) => (error ? reject(error) : resolve(inputs.map((each) => each * 2))) })
    return promise
  })
  return { ...made, batches }
}

describe('a micro-batcher', () => {
  test('a free lane takes at once whatever this turn of the event loop brought', async () => {
    const { call, batches } = held({ concurrency: 2, max: 10 })
    const one = call(1)
    const two = call(2)
    await turn()
    assert.deepEqual(
      batches.map((each) => each.inputs),
      [[1, 2]],
    )
    const three = call(3)
    await turn()
    assert.deepEqual(
      batches.map((each) => each.inputs),
      [[1, 2], [3]],
    )
    for (const each of batches) each.end()
    assert.deepEqual(await Promise.all([one, two, three]), [2, 4, 6])
  })

  test('while as many run as may, calls gather, at most max a batch, in order', async () => {
    const { call, batches, stats } = held({ concurrency: 1, max: 3 })
    const calls = [call(0)]
    await turn()
    for (let n = 1; n <= 7; n++) calls.push(call(n))
    await turn()
    assert.deepEqual(
      batches.map((each) => each.inputs),
      [[0]],
    )
    assert.deepEqual(stats(), { batches: 1, inputs: 1, splits: 0, waiting: 7 })
    for (let n = 0; n < 4; n++) {
      batches[n]!.end()
      await turn()
      await turn()
    }
    assert.deepEqual(
      batches.map((each) => each.inputs),
      [[0], [1, 2, 3], [4, 5, 6], [7]],
    )
    assert.deepEqual(await Promise.all(calls), [0, 2, 4, 6, 8, 10, 12, 14])
    assert.deepEqual(stats(), { batches: 4, inputs: 8, splits: 0, waiting: 0 })
  })

  test('what is to be kept apart never shares a batch, and all get their turn in order', async () => {
    const { call, batches } = held({ concurrency: 1, max: 2, partitionBy: (n) => n % 2 })
    const calls = [1, 2, 3, 5, 4, 7].map((n) => call(n))
    for (let n = 0; n < 3; n++) {
      await turn()
      await turn()
      batches[n]!.end()
    }
    assert.deepEqual(await Promise.all(calls), [2, 4, 6, 10, 8, 14])
    assert.deepEqual(
      batches.map((each) => each.inputs),
      [
        [1, 3],
        [2, 4],
        [5, 7],
      ],
    )
  })

  test('one refusal does not fail its neighbours', async () => {
    const { call } = microBatcher<number, number>({ concurrency: 1, max: 10 }, async (inputs) =>
      inputs.map((each) => (each === 2 ? REFUSED() : each)),
    )
    const [one, two, three] = await Promise.allSettled([call(1), call(2), call(3)])
    assert.deepEqual(
      [one, three].map((each) => each.status),
      ['fulfilled', 'fulfilled'],
    )
    assert.ok(two.status === 'rejected' && REFUSED.is(two.reason))
  })

  test('an outage fails its batch, at once and only its batch, and the lane goes on', async () => {
    const { call, batches, stats } = held({ concurrency: 1, max: 2 })
    const calls = [1, 2, 3].map(call)
    const settled = Promise.allSettled(calls)
    await turn()
    batches[0]!.end(markTransient(new Error('lost')))
    await turn()
    await turn()
    batches[1]!.end()
    assert.deepEqual(
      (await settled).map((each) => each.status),
      ['rejected', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(stats(), { batches: 2, inputs: 3, splits: 0, waiting: 0 })
  })

  test('an error is answered to the input that caused it; its neighbours get their answers, as soon as they are there', async () => {
    const { call, batches, stats } = held({ concurrency: 1, max: 8 })
    const ended: string[] = []
    const calls = [1, 2, 3, 4].map((n) =>
      call(n).then(
        (answer) => ended.push(`${n}: ${answer}`),
        (error: Error) => ended.push(`${n}: ${error.message}`),
      ),
    )
    const end = async (error?: Error): Promise<void> => {
      batches.at(-1)!.end(error)
      await turn()
    }
    await turn()
    // The lane is busy until the last part is done: what comes meanwhile waits for its turn.
    const later = call(5)
    await end(new Error('one of four'))
    await end()
    assert.deepEqual(ended, ['1: 2', '2: 4'])
    await end(new Error('one of two'))
    await end(new Error('the third'))
    assert.deepEqual(ended, ['1: 2', '2: 4', '3: the third'])
    await end()
    await Promise.all(calls)
    assert.deepEqual(ended, ['1: 2', '2: 4', '3: the third', '4: 8'])
    await turn()
    batches.at(-1)!.end()
    assert.equal(await later, 10)
    assert.deepEqual(
      batches.map((each) => each.inputs),
      [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4], [5]],
    )
    assert.deepEqual(stats(), { batches: 2, inputs: 5, splits: 2, waiting: 0 })
  })

  test('what must not be done twice fails as a whole', async () => {
    let runs = 0
    const { call } = microBatcher<number, number>({ concurrency: 1, max: 8, repeatable: false }, async (inputs) => {
      runs++
      if (inputs.includes(2)) throw new Error('poisoned')
      return inputs
    })
    const settled = await Promise.allSettled([1, 2, 3].map(call))
    assert.ok(settled.every((each) => each.status === 'rejected'))
    assert.equal(runs, 1)
  })

  test('an error in the place of an answer is a refusal, whatever kind it is', async () => {
    const { call } = microBatcher<number, unknown>({ concurrency: 1, max: 8 }, async (inputs) =>
      inputs.map((n) => (n === 2 ? new TypeError('lost on the way') : n)),
    )
    const [one, two] = await Promise.allSettled([call(1), call(2)])
    assert.deepEqual(one, { status: 'fulfilled', value: 1 })
    assert.ok(two.status === 'rejected' && two.reason instanceof TypeError)
  })

  test('an error thrown before the first await fails its batch too', async () => {
    const { call } = microBatcher<number, number>({ concurrency: 1, max: 2 }, () => {
      throw new Error('at once')
    })
    await assert.rejects(call(1), /at once/)
    await assert.rejects(call(2), /at once/)
  })

  test("an answer too few or too many fails the batch, without another try: nobody gets a neighbour's answer", async () => {
    for (const answers of [[1], [1, 2, 3]]) {
      let runs = 0
      const { call } = microBatcher<number, number>({ concurrency: 1, max: 2 }, async () => {
        runs++
        return answers
      })
      const settled = await Promise.allSettled([call(1), call(2)])
      assert.deepEqual(
        settled.map((each) => each.status),
        ['rejected', 'rejected'],
      )
      assert.equal(runs, 1)
    }
  })

  test('whatever comes when, every call gets its own answer or its own refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ input: fc.integer(), pause: fc.boolean(), refuse: fc.boolean() }), { maxLength: 60 }),
        async (count, max, plan) => {
          let running = 0
          const { call } = microBatcher<{ input: number; refuse: boolean }, number | Fault>(
            { concurrency: count, max },
            async (inputs) => {
              assert.ok(++running <= count && inputs.length <= max && inputs.length > 0)
              await turn()
              running--
              return inputs.map((each) => (each.refuse ? REFUSED() : each.input))
            },
          )
          const calls: Promise<unknown>[] = []
          for (const { pause, ...each } of plan) {
            calls.push(call(each).catch((error: unknown) => (REFUSED.is(error) ? 'refused' : error)))
            if (pause) await turn()
          }
          assert.deepEqual(
            await Promise.all(calls),
            plan.map((each) => (each.refuse ? 'refused' : each.input)),
          )
        },
      ),
      { numRuns: 50 },
    )
  })
})
