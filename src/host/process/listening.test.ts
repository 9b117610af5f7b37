import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { readSettings } from '#src/settings.ts'
import { liveSettings, shop } from '#src/shop.ts'
import { waitForDependency } from '../stores/wait-for-dependency.ts'
import { startShop } from './start-shop.ts'

const data = mkdtempSync(join(tmpdir(), 'jangteo-listening-'))
const other = createServer()
after(() => {
  other.close()
  rmSync(data, { recursive: true, force: true })
})

test('a database that refuses the password is not waited for', async () => {
  const refused = Object.assign(new Error('password authentication failed for user "boss"'), { code: '28P01' })
  let tries = 0
  const told: string[] = []
  const waiting = waitForDependency('the database', () => (tries++, Promise.reject(refused)), {
    runtime: systemRuntime(),
    progress: (line) => told.push(line),
    timeoutMs: 30_000,
  })
  await assert.rejects(waiting, {
    name: 'CannotStart',
    message: 'The database cannot be reached: password authentication failed for user "boss".',
  })
  assert.deepEqual([tries, told], [1, []])
})

test('a taken port is told in a sentence before anything is made', async () => {
  await once(other.listen(0, 'localhost'), 'listening')
  const { port } = other.address() as AddressInfo
  const { url } = await freshDatabase()
  const settings = readSettings({ DATABASE_URL: url, JANGTEO_DATA: data, PORT: String(port), LOG_LEVEL: 'silent' })
  const told: string[] = []
  const starting = startShop(settings, {
    services: shop,
    liveSettings,
    runtime: systemRuntime(),
    withPages: false,
    progress: (line) => told.push(line),
  })
  await assert.rejects(starting, (error) => error instanceof CannotStart && /^Port \d+ is taken\./.test(error.message))
  assert.deepEqual(told, [])
  // Its password is shown only once: not by a start that comes to nothing.
  assert.equal(existsSync(join(data, 'staff-password')), false)
})
