import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { overheard } from '#test/support/silent.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { leapingRuntime, stillRuntime } from '#test/support/clock.ts'
import { presence, SearchAway } from './presence.ts'

const DOWN = new Error('down')
const down = () => Promise.reject(DOWN)
const never = () => new Promise<never>(() => {})

const start = (runtime: Runtime) => {
  const { log, lines } = overheard()
  const told = () =>
    lines()
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { msg: string }).msg)
  return { told, engine: presence({ name: 'It', runtime, log, isAway: (error) => error === DOWN }) }
}

describe('an engine that may be away', () => {
  test('is not asked again once it did not answer, and those who wait are let go', async () => {
    const runtime = leapingRuntime()
    const { engine, told } = start(runtime)
    const began = runtime.now()
    let asked = 0
    const ask = (ms: number) =>
      assert.rejects(
        engine.ask(ms, () => (asked++, never())),
        SearchAway,
      )
    await Promise.all([ask(50), ask(10_000), ask(10_000)])
    assert.equal(asked, 3)
    await ask(10_000)
    assert.equal(asked, 3)
    assert.equal(runtime.now() - began, 50)
    assert.ok(!engine.here())
    assert.deepEqual(told(), [], 'one slow answer is no news')
  })

  test('is back when a look finds it, and not before it is time to look', async () => {
    const runtime = stillRuntime()
    const { engine, told } = start(runtime)
    await assert.rejects(engine.ask(50, down), SearchAway)
    const looks: boolean[] = []
    const look = (works: boolean) => engine.look(50, () => (looks.push(works), works ? Promise.resolve() : down()))
    await look(true)
    assert.deepEqual(looks, [])
    runtime.advance(251)
    await look(false)
    assert.ok(!engine.here())
    assert.deepEqual(told(), [])
    runtime.advance(10_000)
    await look(false)
    assert.deepEqual(told(), ['It is away'])
    runtime.advance(251)
    await look(true)
    assert.deepEqual(looks, [false, false, true])
    assert.ok(engine.here())
    assert.equal(await engine.ask(50, () => Promise.resolve(7)), 7)
    assert.deepEqual(told(), ['It is away', 'It is back'])
  })

  test('that answers looks but nothing else is looked at less and less', async () => {
    const runtime = stillRuntime()
    const { engine, told } = start(runtime)
    const absent = async (): Promise<number> => {
      await assert.rejects(engine.ask(50, down), SearchAway)
      let waited = 0
      for (; !engine.here(); waited += 50) {
        runtime.advance(50)
        await engine.look(50, () => Promise.resolve())
      }
      return waited
    }
    const first = await absent()
    assert.deepEqual(told(), [])
    const [second, third] = [await absent(), await absent()]
    assert.deepEqual(told(), ['It is away', 'It is back', 'It is away', 'It is back'])
    assert.ok(first >= 250 && second! >= 2 * first - 50 && third! >= 2 * second! - 50, `${first} ${second} ${third}`)
    runtime.advance(60_001)
    assert.ok((await absent()) <= first)
  })

  test('an error that is ours says nothing of it', async () => {
    const { engine } = start(stillRuntime())
    await assert.rejects(
      engine.ask(50, () => Promise.reject(new TypeError('ours'))),
      TypeError,
    )
    assert.ok(engine.here())
  })
})
