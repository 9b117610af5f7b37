import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { systemRuntime } from '#kernel/runtime.ts'
import { endClient } from './leave-group.ts'

/** A client that its group lets go at the last of so many tries. */
const clientThatTakes = (tries: number) => {
  const client = {
    tried: 0,
    close: async (force: boolean): Promise<void> => {
      assert.ok(force)
      if (++client.tried < tries) throw new Error('COORDINATOR_LOAD_IN_PROGRESS')
    },
  }
  return client
}

/** A runtime whose sleeps end at once. */
const sleepless = { ...systemRuntime(), sleep: async () => {} }
const logger = pino({ level: 'silent' })

test('a client that is not let go is ended all the same, once its group does', async () => {
  const client = clientThatTakes(4)
  await endClient(client, { runtime: sleepless, logger, signal: new AbortController().signal })
  assert.equal(client.tried, 4)
})

test('a process that ends does not wait for a group that lets nobody go', async () => {
  const client = clientThatTakes(Number.POSITIVE_INFINITY)
  await endClient(client, { runtime: sleepless, logger, signal: AbortSignal.abort() })
  assert.equal(client.tried, 1)

  const leaving = new AbortController()
  const late = clientThatTakes(Number.POSITIVE_INFINITY)
  const runtime = {
    ...sleepless,
    sleep: async () => {
      if (late.tried === 2) leaving.abort()
    },
  }
  await endClient(late, { runtime, logger, signal: leaving.signal })
  assert.equal(late.tried, 3)
})
