import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLogged } from '#kernel/failures/already-logged.ts'
import { stillRuntime } from '#test/support/clock.ts'
import { overheard } from '#test/support/silent.ts'
import { reachability } from './reachability.ts'

const start = () => {
  const runtime = stillRuntime()
  const { log, lines } = overheard()
  const said = () =>
    lines()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { level: number; msg: string; failures?: number })
      .filter(({ level }) => level >= 30)
      .map(({ level, failures }) => [level, failures])
  const reach = reachability('order', { runtime, log })
  const fail = (times: number) => {
    for (let n = 0; n < times; n++) assert.ok(isLogged(reach.unreached({ operation: 'place' }, 'no instance answers')))
  }
  return { runtime, said, fail, ...reach }
}

test('a service that stops answering is a warning at once, then one a minute, and a line when it is back', () => {
  const { runtime, said, fail, reached } = start()
  reached()
  fail(100)
  assert.deepEqual(said(), [[40, 1]])
  runtime.advance(60_000)
  fail(10)
  assert.deepEqual(said().slice(1), [[40, 101]])
  reached()
  assert.equal(said().length, 2, 'one that succeeds between failures is no end')
  runtime.advance(5_000)
  reached()
  reached()
  assert.deepEqual(said().slice(2), [[30, 110]])
  fail(1)
  assert.deepEqual(said().slice(3), [[40, 1]])
})

test('one that was never there is coming up for a while, then it is missing', () => {
  const { runtime, said, fail } = start()
  fail(5)
  runtime.advance(9_999)
  fail(5)
  assert.deepEqual(said(), [])
  runtime.advance(1)
  fail(5)
  assert.deepEqual(said(), [[40, 11]])
})

test('one that came up soon was never news', () => {
  const { runtime, said, fail, reached } = start()
  fail(5)
  runtime.advance(5_000)
  reached()
  assert.deepEqual(said(), [])
})
