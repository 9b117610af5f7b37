import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { markLogged } from '#kernel/failures/already-logged.ts'
import { markTransient } from '#kernel/failures/transient.ts'
import { systemRuntime, type Runtime } from '#kernel/runtime.ts'
import { silent } from '#test/support/silent.ts'
import { pollLoop } from './poll-loop.ts'

/** A runtime whose sleeps end when the test says so. */
const sleepy = () => {
  const naps: { ms: number; end: () => void }[] = []
  const state = { now: 0 }
  const runtime: Runtime = {
    ...systemRuntime({ now: () => state.now }),
    sleep: (ms, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      naps.push({ ms, end: resolve })
      signal?.addEventListener('abort', () => reject(new Error('woken')))
      return promise
    },
  }
  return { runtime, naps, last: () => naps.at(-1)!.ms, at: (now: number) => void (state.now = now) }
}
const settle = async () => {
  for (let n = 0; n < 10; n++) await turn()
}

/** A poll loop whose steps answer what the test puts in, then 0. */
const pumping = (answers: (number | 'busy' | Error)[], idle = 1_000, pace?: number) => {
  const sleeping = sleepy()
  let steps = 0
  const made = pollLoop('p', { runtime: sleeping.runtime, logger: silent, idle, ...(pace && { pace }) }, async () => {
    steps++
    const answer = answers.shift() ?? 0
    if (answer instanceof Error) throw answer
    return answer
  })
  return { ...made, ...sleeping, steps: () => steps }
}
const fallAsleep = async (p: ReturnType<typeof pumping>) => {
  await settle()
  while (p.last() < 1_000) {
    p.naps.at(-1)!.end()
    await settle()
  }
}

describe('a poll loop', () => {
  test('works on while there is work, then looks less and less often', async () => {
    const p = pumping([5, 5, 5])
    await fallAsleep(p)
    assert.deepEqual(
      p.naps.map((each) => each.ms),
      [4, 8, 16, 32, 64, 1_000],
    )
    assert.equal(p.steps(), 3 + 6)
    await p.stop()
  })

  test('paces its steps, so that work gathers, and more while there is always some', async () => {
    const p = pumping([5, 5, 5, 5, 0, 5], 1_000, 10)
    for (let nap = 0; nap < 4; nap++) {
      await settle()
      p.naps[nap]!.end()
    }
    await settle()
    assert.deepEqual(
      p.naps.map((each) => each.ms),
      [10, 20, 40, 40, 4],
    )
    // Whoever comes after a pause is not kept waiting.
    p.naps.at(-1)!.end()
    await settle()
    assert.equal(p.last(), 10)
    await p.stop()
  })

  test('sleeps until a beat of the process, where others look too', async () => {
    const p = pumping([])
    await fallAsleep(p)
    p.at(260)
    p.wake()
    for (let short = 0; short < 6; short++) {
      await settle()
      p.naps.at(-1)!.end()
    }
    await settle()
    assert.equal(p.last(), 990)
    await p.stop()
  })

  test('does not pause after a full step: there are surely more', async () => {
    const { runtime, naps } = sleepy()
    const answers = [500, 500, 499]
    const p = pollLoop(
      'p',
      { runtime, logger: silent, idle: 1_000, pace: 10, full: 500 },
      async () => answers.shift() ?? 0,
    )
    await settle()
    assert.deepEqual([answers.length, naps.map((each) => each.ms)], [0, [10]])
    await p.stop()
  })

  test('a wake ends its long sleep at once', async () => {
    const p = pumping([])
    await fallAsleep(p)
    const before = p.steps()
    p.wake()
    await settle()
    assert.equal(p.steps(), before + 1)
    assert.equal(p.last(), 4)
    await p.stop()
  })

  test('a storm of wakes does not make it work without pause', async () => {
    const p = pumping([])
    await fallAsleep(p)
    const before = p.steps()
    for (let n = 0; n < 1_000; n++) {
      p.wake()
      if (n % 100 === 0) await settle()
    }
    await settle()
    assert.equal(p.steps(), before + 1)
    await p.stop()
  })

  test('a wake during a step makes it look again soon', async () => {
    const p = pumping([])
    await fallAsleep(p)
    p.wake()
    p.wake()
    await settle()
    assert.equal(p.last(), 4)
    await p.stop()
  })

  test('waits while someone else is at it', async () => {
    const p = pumping(['busy'])
    await settle()
    assert.deepEqual([p.steps(), p.last()], [1, 500])
    p.wake()
    await settle()
    assert.equal(p.steps(), 1)
    await p.stop()
  })

  test('waits longer after each failure, whoever wakes it, and goes on when it works again', async () => {
    const p = pumping([new Error('away'), new Error('away'), new Error('away'), 1])
    await settle()
    p.wake()
    await settle()
    assert.deepEqual(
      p.naps.map((each) => each.ms),
      [200],
    )
    for (const ms of [400, 800]) {
      p.naps.at(-1)!.end()
      await settle()
      assert.equal(p.last(), ms)
    }
    p.naps.at(-1)!.end()
    await settle()
    assert.equal(p.last(), 4)
    await p.stop()
  })

  test('warns of its own failure once, and not at all of an outage that is in the log already', async () => {
    const said: string[] = []
    const logger = pino({}, { write: (line) => void said.push(JSON.parse(line).msg) })
    const outage = () => markLogged(new Error('away'))
    const answers = [outage(), new Error('its own'), new Error('its own'), 1, outage(), 1]
    const sleeping = sleepy()
    const p = pollLoop('p', { runtime: sleeping.runtime, logger, idle: 1_000 }, async () => {
      const answer = answers.shift() ?? 0
      if (answer instanceof Error) throw answer
      return answer
    })
    while (answers.length > 0) {
      await settle()
      sleeping.naps.at(-1)!.end()
    }
    await settle()
    assert.deepEqual(said, ['Background worker failed: retrying', 'Background worker recovered'])
    await p.stop()
  })

  test('of what passes by itself it warns only when it has not after a few tries', async () => {
    const said: string[] = []
    const logger = pino({}, { write: (line) => void said.push(JSON.parse(line).msg) })
    const passing = () => markTransient(new Error('the coordinator is loading'))
    const answers = [passing(), passing(), passing(), 1, passing(), passing(), passing(), passing(), passing(), 1]
    const heard: number[] = []
    const sleeping = sleepy()
    const p = pollLoop('p', { runtime: sleeping.runtime, logger, idle: 1_000 }, async () => {
      heard.push(said.length)
      const answer = answers.shift() ?? 0
      if (answer instanceof Error) throw answer
      return answer
    })
    while (answers.length > 0) {
      await settle()
      sleeping.naps.at(-1)!.end()
    }
    await settle()
    assert.deepEqual(said, ['Background worker failed: retrying', 'Background worker recovered'])
    assert.deepEqual(heard.slice(0, 9), [0, 0, 0, 0, 0, 0, 0, 0, 1])
    await p.stop()
  })

  test('stops after the step under way, also from its sleep', async () => {
    const gate = Promise.withResolvers<void>()
    let ended = false
    const p = pollLoop('p', { runtime: systemRuntime(), logger: silent, idle: 60_000 }, async () => {
      await gate.promise
      ended = true
      return 0
    })
    const stopping = p.stop()
    await turn()
    gate.resolve()
    await stopping
    assert.equal(ended, true)
    const asleep = pumping([])
    await fallAsleep(asleep)
    await asleep.stop()
  })
})
