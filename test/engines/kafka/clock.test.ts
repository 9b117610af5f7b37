import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '#test/support/eventually.ts'
import { alpha, betaOf } from './services.ts'
import { groundOf } from './support.ts'

const ground = await groundOf()

test('a host whose clock is a day ahead tells its events all the same', async () => {
  const host = await ground.start([alpha, betaOf()])
  ground.runtime.advance(86_400_000)
  await ground.tell([['k', 1]])
  await eventually(async () => (await ground.seen()).length === 1, 'the event arrives')
  assert.deepEqual(await ground.seen(), [['k', 1]])
  await host.stop()
})
