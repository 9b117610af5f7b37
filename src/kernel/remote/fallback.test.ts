import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { contract, type Client } from '../contract.ts'
import { DEADLINE_EXCEEDED, NOT_FOUND, UNAVAILABLE } from '../faults.ts'
import { withFallback } from './fallback.ts'

const input = z.object({ id: z.string() })
const taste = contract('taste', {
  popular: { summary: '', method: 'GET', access: 'public', input, output: z.array(z.string()) },
  other: { summary: '', method: 'GET', access: 'public', input, output: z.string() },
})

test('a fallback answers when the service is away or slow, and only then, only for its operation', async () => {
  let error: unknown
  const fail = async () => {
    if (error) throw error
    return ['live'] as never
  }
  const client = withFallback({ popular: fail, other: fail } as Client<typeof taste>, {
    popular: ({ id }) => [`usual for ${id}`],
  })
  assert.deepEqual(await client.popular({ id: 'a' }), ['live'])
  for (error of [UNAVAILABLE(), DEADLINE_EXCEEDED()]) {
    assert.deepEqual(await client.popular({ id: 'a' }), ['usual for a'])
    await assert.rejects(client.other({ id: 'a' }), { code: (error as { code: string }).code })
  }
  error = NOT_FOUND()
  await assert.rejects(client.popular({ id: 'a' }), { code: 'NOT_FOUND' })
})
