import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { leapingRuntime } from '#test/support/clock.ts'
import { restartPause, supervise } from './supervisor.ts'

/** A program that ends when the test says so. */
const program = (name: string) => {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>()
  return { name, ended, end }
}

describe('supervise', () => {
  test('restarts with pauses that double up to the longest, for as long as it takes', async () => {
    const runtime = leapingRuntime()
    const first = program('first')
    const tries: number[] = []
    const { promise: back, resolve } = Promise.withResolvers<string>()
    const supervisor = supervise(first, {
      runtime,
      longest: 10_000,
      restart: async () => {
        tries.push(runtime.now())
        if (tries.length < 40) throw new Error('no space left')
        return program('second')
      },
      onRestart: ({ name }) => resolve(name),
    })
    const began = runtime.now()
    first.end('killed')
    assert.equal(await back, 'second')
    assert.equal(supervisor.current().name, 'second')
    const pauses = tries.map((at, i) => at - (tries[i - 1] ?? began))
    assert.deepEqual(pauses.slice(0, 7), [0, 500, 1_000, 2_000, 4_000, 8_000, 10_000])
    assert.deepEqual(new Set(pauses.slice(6)), new Set([10_000]))
    await supervisor.stop()
  })

  test('one that ends again soon after its restart is no new beginning: the pauses go on growing until it runs steadily', async () => {
    const runtime = leapingRuntime()
    let running = program('0')
    const pauses: number[] = []
    let endedAt = runtime.now()
    let restarted = Promise.withResolvers<void>()
    const supervisor = supervise(running, {
      runtime,
      restart: async () => {
        pauses.push(runtime.now() - endedAt)
        return (running = program(String(pauses.length)))
      },
      onRestart: () => restarted.resolve(),
    })
    const endAfter = async (ms: number): Promise<void> => {
      restarted = Promise.withResolvers()
      if (ms > 0) await runtime.sleep(ms)
      endedAt = runtime.now()
      running.end('killed')
      await restarted.promise
    }
    for (const ms of [0, 0, 0, 59_000, 60_000, 0]) await endAfter(ms)
    assert.deepEqual(pauses, [0, 500, 1_000, 2_000, 0, 500])
    await supervisor.stop()
  })

  test('says how it ended, each reason why it cannot be restarted once, and that it is back', async () => {
    const runtime = leapingRuntime()
    const first = program('first')
    const reasons = ['full', 'full', 'full', 'closed', 'full']
    const said: string[] = []
    const { promise: back, resolve } = Promise.withResolvers<void>()
    const supervisor = supervise<string, ReturnType<typeof program>>(first, {
      runtime,
      restart: async () => {
        const reason = reasons.shift()
        if (reason) throw new Error(reason)
        return program('second')
      },
      onEnd: (end) => void said.push(end),
      onFailure: (error) => void said.push((error as Error).message),
      onRestart: () => {
        said.push('back')
        resolve()
      },
    })
    first.end('killed')
    await back
    assert.deepEqual(said, ['killed', 'full', 'closed', 'full', 'back'])
    await supervisor.stop()
  })

  test('stopped in a pause it restarts nothing; stopped during a restart it tells it to give up', async () => {
    const runtime = leapingRuntime()
    const never = {
      ...runtime,
      sleep: (ms: number, signal?: AbortSignal) =>
        ms === 0
          ? runtime.sleep(ms, signal)
          : new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    }
    const first = program('first')
    let tries = 0
    const { promise: failed, resolve } = Promise.withResolvers<void>()
    const pausing = supervise(first, {
      runtime: never,
      restart: async () => {
        tries++
        throw new Error('no')
      },
      onFailure: () => resolve(),
    })
    first.end('killed')
    await failed
    await pausing.stop()
    assert.equal(tries, 1)

    const second = program('second')
    const { promise: trying, resolve: begun } = Promise.withResolvers<void>()
    const said: string[] = []
    const starting = supervise(second, {
      runtime,
      restart: (stopping) => {
        begun()
        return new Promise<never>((_, reject) =>
          stopping.addEventListener('abort', () => reject(stopping.reason as Error)),
        )
      },
      onFailure: () => void said.push('failed'),
    })
    second.end('killed')
    await trying
    await starting.stop()
    assert.deepEqual(said, [])
  })

  test('the pause never overflows', () => {
    assert.equal(restartPause(1_000_000), 30_000)
  })
})
