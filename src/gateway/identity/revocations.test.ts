import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Runtime, systemRuntime } from '#kernel/runtime.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { revocations } from './revocations.ts'

const ID = '01990000-0000-7000-8000-000000000001'
const OTHER = '01990000-0000-7000-8000-000000000002'

/** Looks as soon as it has looked; auth answers with what `ended` says. */
const follower = (ended: (since: number) => readonly { readonly id: string; readonly at: number }[]) => {
  const asked: number[] = []
  const runtime: Runtime = { ...systemRuntime({ now: () => 1_000_000_000_000 }), sleep: () => Promise.resolve() }
  const followed = revocations(
    async (since) => {
      asked.push(since)
      await new Promise((resolve) => setImmediate(resolve))
      return { sessions: ended(since), now: runtime.now() }
    },
    { runtime, log: silent, poll: 1 },
  )
  return { asked, followed, now: runtime.now() }
}

test('an ending is heard of once, and listeners with it', async () => {
  const { followed } = follower(() => [{ id: ID, at: 1_000_000_000_000 }])
  const heard: string[] = []
  followed.onEnded((id) => heard.push(id))
  assert.equal(followed.has(ID), false)
  followed.start()
  await eventually(() => followed.has(ID), 'the ending is known')
  followed.add(ID)
  followed.add(OTHER)
  await followed.stop()
  assert.deepEqual(heard, [ID, OTHER])
})

test('each look goes back far enough for an ending that was committed late', async () => {
  const { asked, followed, now } = follower(() => [])
  followed.start()
  await eventually(() => asked.length > 2, 'it has looked again')
  await followed.stop()
  // The first finds all that still concerns a token; tokens last a quarter of an hour.
  assert.ok(asked[0]! <= now - 900_000)
  for (const since of asked.slice(1)) assert.ok(since <= now - 10_000)
})

test('what was heard of stays known while auth is away', async () => {
  let away = false
  const { asked, followed } = follower(() => {
    if (away) throw new Error('away')
    return [{ id: ID, at: 1_000_000_000_000 }]
  })
  followed.start()
  await eventually(() => followed.has(ID), 'the ending is known')
  away = true
  const looks = asked.length
  await eventually(() => asked.length > looks + 2, 'it has looked in vain')
  assert.ok(followed.has(ID))
  await followed.stop()
})
