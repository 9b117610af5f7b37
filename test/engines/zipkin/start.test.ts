import assert from 'node:assert/strict'
import { startZipkin } from '#tools/engines/zipkin.ts'
import { comesBack } from '#test/support/engines/coming-back.ts'
import { eventually } from '#test/support/eventually.ts'

const TRACE = '463ac35c9f6413ad48485a3953bb6124'

const read = async (url: string): Promise<number> => (await fetch(`${url}/api/v2/trace/${TRACE}`)).status

// Zipkin keeps traces in memory: after a crash it starts anew.
comesBack(startZipkin, {
  read,
  write: async (url) => {
    const span = { traceId: TRACE, id: '48485a3953bb6124', name: 'purchase', timestamp: 1, duration: 1 }
    const answer = await fetch(`${url}/api/v2/spans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([span]),
    })
    assert.equal(answer.status, 202)
    await eventually(async () => (await read(url)) === 200, 'the trace is there')
  },
  expected: [404, 200, 404],
})
