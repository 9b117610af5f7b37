import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import { silent } from '#test/support/silent.ts'
import type { Count } from './counts.ts'
import { type AddShared, distributedCounter } from './distributed-counter.ts'

/** Sharing whose turn to tell comes only when it is asked for; others have counted `elsewhere` calls before. */
const shared = (elsewhere: number) => {
  let total = elsewhere
  let answers: AddShared = async (adds) =>
    adds.map(({ calls }) => {
      total += calls
      return { total, left: 60_000 }
    })
  const runtime: Runtime = {
    ...systemRuntime(),
    sleep: (_, signal) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
  }
  const share = distributedCounter((adds) => answers(adds), { runtime, log: silent })
  const count: Count = {
    name: 'n',
    total: 0,
    unsent: 0,
    endsAt: runtime.now() + 60_000,
    windowMs: 60_000,
    queued: false,
  }
  /** A call, as limits count it. */
  const call = (): Promise<number> => {
    count.total++
    count.unsent++
    return share.now(count)
  }
  return { share, count, call, answer: (next: AddShared) => (answers = next), told: () => total }
}

describe('calls that processes count together', () => {
  test('each know which of their window they are', async () => {
    const { share, count, call } = shared(7)
    assert.equal(await call(), 8)
    assert.deepEqual(await Promise.all([call(), call(), call()]), [9, 10, 11])
    assert.equal(count.total, 11)
    await share.stop()
  })

  test('stay counted here while the others cannot be told, and are told with the next', async () => {
    const { share, count, call, answer, told } = shared(7)
    answer(() => Promise.reject(new Error('away')))
    assert.equal(await call(), 1)
    assert.equal(await call(), 2)
    assert.equal(count.unsent, 2)
    let given = 0
    answer(async (adds) => adds.map(({ calls }) => ({ total: 7 + (given = calls), left: 60_000 })))
    assert.equal(await call(), 10)
    assert.equal(given, 3)
    assert.equal(told(), 7)
    await share.stop()
  })

  test('are not forgotten when the others know less', async () => {
    const { share, count, call, answer } = shared(7)
    await call()
    assert.equal(count.total, 8)
    answer(async (adds) => adds.map(({ calls }) => ({ total: calls, left: 60_000 })))
    await call()
    assert.equal(count.total, 9)
    await share.stop()
  })
})
