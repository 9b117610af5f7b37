import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { contractsOf, refusals, type ReleasedEvents } from '#kernel/documents/event-growth.ts'
import { eventsOf } from '#src/host/process/host.ts'
import { shop } from '#src/shop.ts'

// node scripts/release-events.ts: notes the contracts of events as the world knows them from now on. Refuses to when they
// have done anything but grow.

const path = fileURLToPath(new URL('../docs/events.released.json', import.meta.url))
const now = contractsOf(eventsOf(shop))
const released = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ReleasedEvents) : {}
const refused = refusals(released, now)
if (refused.length > 0) {
  for (const sentence of refused) console.error(sentence)
  process.exitCode = 1
} else {
  writeFileSync(path, `${JSON.stringify(now, undefined, 2)}\n`)
  console.log(`${Object.keys(now).length} events released: docs/events.released.json`)
}
