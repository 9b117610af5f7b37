import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { event } from '#kernel/contract.ts'
import { consumer, on } from '#kernel/service.ts'
import { eventually } from '#test/support/eventually.ts'
import { freshStores, type Stores } from '#test/support/stores.ts'
import { readersOf, type Reader } from './consume.ts'
import type { PostgresDatabase } from '../database.ts'
import { readLog, type Position } from './log.ts'
import { pruneOutbox } from './log-store.ts'
import { migrate } from '../schema/migrate.ts'
import { serviceConnection } from '../schema/provision.ts'
import { sql } from '../sql.ts'
import { RAISED } from './restored-log.ts'

// A dump keeps the places events had on the server it is from; the server it is taken back on may have counted less.

const payload = z.object({ id: z.string() })
const happened = event('alpha.happened', { version: 1, key: 'id', payload, summary: 'It happened.' })
/** Further than any server of a test will count. */
const AHEAD = 5_000_000_000

let stores: Stores
let alpha: PostgresDatabase
let reader: Reader
const taken: string[] = []
before(async () => {
  stores = await freshStores(['alpha', 'beta'])
  alpha = stores.open('alpha')
  const beta = stores.open('beta')
  const listening = consumer('listener', [on(happened, async ({ payload: { id } }) => void taken.push(id))])
  reader = readersOf(stores.tools('beta', beta), listening)[0]!
})

const emit = (id: string) => alpha.tx('alpha.emit', (tx) => tx.emit(happened, { id }))
const prepare = () => migrate(serviceConnection(stores.admin, 'alpha'), 'alpha', undefined)
const takes = (...wanted: string[]) =>
  eventually(async () => {
    while ((await reader.step()) !== 0);
    return taken.join() === wanted.join()
  }, `it has taken ${wanted.join()}`)
const seen = async (): Promise<string[]> => {
  const START: Position = { xid: '0', id: 0 }
  const rows = await readLog(stores.relay, 'alpha', START, new Set([happened.name]), 100)
  return rows.map((each) => (each.payload as { id: string }).id)
}

describe('a log that was taken back from a server that had counted further', () => {
  test('loses nothing: what was not taken in yet is, and so is all that comes', async () => {
    await emit('a')
    await emit('b')
    await takes('a', 'b')
    // The other server: 'b' was taken in at its place, 'c' was not yet.
    await emit('c')
    await alpha.query(sql`UPDATE outbox SET xid = (xid::text::bigint + ${AHEAD})::text::xid8`)
    await stores.administrator.query(sql`UPDATE jt_beta.cursor SET xid = (xid::text::bigint + ${AHEAD})::text::xid8`)
    assert.deepEqual(await seen(), [], 'without more nobody would see them')
    assert.deepEqual(await prepare(), [RAISED])
    await emit('d')
    await takes('a', 'b', 'c', 'd')
    await eventually(async () => (await seen()).join() === 'a,b,c,d', 'all are seen, in order')
  })

  test('is raised once: what this server stores lies below what it counts', async () => {
    assert.deepEqual(await prepare(), [])
    await emit('e')
    await takes('a', 'b', 'c', 'd', 'e')
    assert.deepEqual(await prepare(), [])
  })

  test('is known by its last event, however old: that one is never forgotten', async () => {
    await alpha.query(sql`UPDATE outbox SET at = ${new Date(0)}`)
    assert.equal(await pruneOutbox(alpha, stores.runtime.now(), []), 4)
    assert.deepEqual(await seen(), ['e'])
    await alpha.query(sql`UPDATE outbox SET xid = (xid::text::bigint + ${2 * AHEAD})::text::xid8`)
    assert.deepEqual(await prepare(), [RAISED])
  })
})

test('an empty log is not raised', async () => {
  await alpha.query(sql`DELETE FROM outbox`)
  assert.deepEqual(await prepare(), [])
})
