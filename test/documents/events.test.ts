import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { contractsOf, refusals, type ReleasedEvents } from '#kernel/documents/event-growth.ts'
import { eventsOf } from '#src/host/process/host.ts'
import { shop } from '#src/shop.ts'

const released = JSON.parse(readFileSync('docs/events.released.json', 'utf8')) as ReleasedEvents
const now = contractsOf(eventsOf(shop))

describe('the events of the shop', () => {
  test('have only grown since they were released', () => assert.deepEqual(refusals(released, now), []))

  test('are noted as they are: what consumers may rely on next is in the same change', () =>
    assert.deepEqual(JSON.parse(JSON.stringify(now)), released))

  test('are checked: a member that goes is noticed in each', () => {
    for (const [name, event] of Object.entries(now)) {
      const { [event.key]: _, ...properties } = event.written['properties'] as Record<string, unknown>
      const without = { ...now, [name]: { ...event, written: { ...event.written, properties } } }
      const [first] = refusals(released, without)
      assert.equal(first, `${name}.${event.key} was told and is gone: consumers may read it.`)
    }
  })
})
