import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { urlOf } from '#engines/postgres/embedded/start.ts'
import { freshStores } from '#test/support/stores.ts'
import { databaseRefusal } from './database-refusal.ts'

const failed = (code: string, message = 'said'): Error => Object.assign(new Error(message), { code })

test('an error that says something about the database is a sentence, any other is none', () => {
  assert.match(
    databaseRefusal(failed('53300', 'too many clients'))!,
    /no more connections.* \(53300: too many clients\)$/,
  )
  assert.match(databaseRefusal(failed('28P01'))!, /refused the user or the password/)
  assert.match(databaseRefusal(new AggregateError([failed('ECONNREFUSED')]))!, /does not answer/)
  for (const each of [failed('42P01'), failed('22P02'), failed('ERR_ASSERTION'), new TypeError('x'), undefined])
    assert.equal(databaseRefusal(each), undefined)
})

test('a command that gets no connection says so in a sentence', async () => {
  const stores = await freshStores(['order'])
  const role = `crowded_${stores.admin.database}`
  const admin = (text: string) => stores.administrator.query({ text, values: [] })
  await admin(`CREATE ROLE ${role} LOGIN PASSWORD 'p'`)
  await admin(`GRANT CONNECT ON DATABASE ${stores.admin.database} TO ${role}`)
  await admin(`ALTER DATABASE ${stores.admin.database} CONNECTION LIMIT 0`)
  const url = new URL(urlOf(stores.admin))
  url.username = role
  url.password = 'p'
  const child = spawn(process.execPath, ['src/main.ts', 'dead-letters'], {
    env: { ...process.env, DATABASE_URL: url.href },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text))
  const [code] = await once(child, 'close')
  await admin(`REVOKE CONNECT ON DATABASE ${stores.admin.database} FROM ${role}`)
  await admin(`DROP ROLE ${role}`)
  assert.equal(code, 1)
  assert.match(said, /^The database takes no more connections\. .*\(53300: too many connections for database .*\)\n$/)
})
