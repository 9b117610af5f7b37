import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { LocalEngine, StartEngine } from '#tools/engines/engine.ts'
import { isFree } from '#tools/engines/ports.ts'
import { scratchFolder } from './engines.ts'

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/**
 * Tests an engine's start script: it starts and takes what `write` tells it; killed and started again at the same port,
 * `read` finds it (unless the engine keeps nothing); stopped in good order it is gone, and comes back once more.
 */
export const comesBack = (
  start: (given: StartEngine) => Promise<LocalEngine>,
  given: {
    readonly write: (url: string) => Promise<void>
    readonly read: (url: string) => Promise<unknown>
    /** What `read` answers before `write`, after it, and after a crash. */
    readonly expected: readonly [before: unknown, after: unknown, crashed: unknown]
  },
): void => {
  const folder = scratchFolder()
  let running: LocalEngine | undefined
  after(() => running?.kill())

  test('it starts, takes what it is told, and comes back after a crash and after a stop', async () => {
    const first = (running = await start({ folder }))
    assert.deepEqual(await given.read(first.url), given.expected[0])
    await given.write(first.url)
    assert.deepEqual(await given.read(first.url), given.expected[1])
    await first.kill()
    assert.ok(isGone(first.pid))
    assert.ok(await isFree(first.port))

    const second = (running = await start({ folder, port: first.port }))
    assert.equal(second.url, first.url)
    assert.deepEqual(await given.read(second.url), given.expected[2])
    await second.stop()
    assert.ok(isGone(second.pid))
    assert.ok(await isFree(first.port))

    const third = (running = await start({ folder }))
    assert.deepEqual(await given.read(third.url), given.expected[2])
    await third.stop()
  })
}
