import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { steerableRuntime, type SteerableRuntime } from '#test/support/clock.ts'
import { breaker, type Breaker } from './breaker.ts'

describe('a breaker', () => {
  let clock: SteerableRuntime
  let made: Breaker
  beforeEach(() => {
    // Chance is in the middle: openings are exactly as long as said.
    clock = { ...steerableRuntime(), random: () => Uint8Array.of(0x80, 0) }
    made = breaker(clock, { failures: 3, openFor: 1_000 })
  })
  const fail = (times: number): void => {
    for (let n = 0; n < times; n++) if (made.admit()) made.failed()
  }

  test('opens after failures in a row; an answer between them begins the count anew', () => {
    fail(2)
    assert.ok(made.admit())
    made.succeeded()
    fail(2)
    assert.equal(made.state(), 'closed')
    fail(1)
    assert.equal(made.state(), 'open')
    assert.equal(made.admit(), false)
  })

  test('lets one through after a while, and closes when that works', () => {
    fail(3)
    clock.advance(1_010)
    assert.equal(made.state(), 'half-open')
    assert.deepEqual([made.admit(), made.admit()], [true, false])
    made.succeeded()
    assert.equal(made.state(), 'closed')
    fail(2)
    assert.equal(made.state(), 'closed')
  })

  test('stays open twice as long each time the trial fails, half a minute at most', () => {
    fail(3)
    for (const length of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      clock.advance(length - 100)
      assert.equal(made.admit(), false, String(length))
      clock.advance(110)
      assert.equal(made.admit(), true, String(length))
      made.failed()
    }
  })

  test('where nobody listens it tries again every two seconds: a process that starts is called soon', () => {
    for (let n = 0; n < 3; n++) if (made.admit()) made.failed(true)
    for (const length of [1_000, 2_000, 2_000, 2_000]) {
      clock.advance(length - 100)
      assert.equal(made.admit(), false, String(length))
      clock.advance(110)
      assert.equal(made.admit(), true, String(length))
      made.failed(true)
    }
  })

  test('where nobody listened all calls may try at once, and the first answer closes it', () => {
    for (let n = 0; n < 3; n++) if (made.admit()) made.failed(true)
    clock.advance(1_010)
    assert.deepEqual([made.admit(), made.admit(), made.admit()], [true, true, true])
    made.succeeded()
    assert.equal(made.state(), 'closed')
    made.succeeded()
    made.failed(true)
    assert.equal(made.state(), 'closed')
  })

  test('an answer to a call that left before it opened does not close it', () => {
    assert.ok(made.admit())
    fail(3)
    made.succeeded()
    assert.equal(made.state(), 'open')
  })

  test('a trial that nobody waited for lets the next one try', () => {
    fail(3)
    clock.advance(1_010)
    assert.ok(made.admit())
    made.abandoned()
    assert.ok(made.admit())
  })
})
