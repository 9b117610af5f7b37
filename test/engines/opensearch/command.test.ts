import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Connection, urlOf } from '#engines/postgres/embedded/start.ts'
import { searchIndex } from '#src/commands/search-index.ts'
import { eventually } from '#test/support/eventually.ts'
import { runCommand } from '#test/support/processes/command.ts'
import { startSearchedShop } from './shop.ts'

const { shop, url, prefix } = await startSearchedShop()
const STRANGE = { OPENSEARCH_ANALYZER: 'nori', OPENSEARCH_PREFIX: `${prefix}strange-` }
const { shop: strange } = await startSearchedShop(url, STRANGE)
const env = {
  DATABASE_URL: urlOf(shop.admin as Connection),
  OPENSEARCH_URL: url,
  OPENSEARCH_PREFIX: prefix,
  LOG_LEVEL: 'silent',
}

test('search-index shows how far the index is, and makes it anew beside a running shop', async () => {
  for (let i = 0; i < 20; i++) await shop.create(`우산 ${i}`)
  await shop.current()
  const { live } = await shop.operator.searchIndex({})
  const shown = await runCommand(searchIndex, [], env)
  assert.match(shown.said, new RegExp(`searched +${live}`))
  assert.match(shown.said, /changes behind +0/)
  const made = await runCommand(searchIndex, ['rebuild'], env)
  assert.equal(made.code, 0, made.said)
  const { live: now } = await shop.operator.searchIndex({})
  assert.notEqual(now, live)
  assert.ok(made.said.endsWith(`Done: ${now} is searched.`), made.said)
  assert.equal((await shop.visitor.list({ q: '우산', limit: 100 })).items.length, 20)
})

test('an analyzer the server does not have is told, and PostgreSQL searches', async () => {
  await strange.create('양산')
  await strange.settled()
  await eventually(async () => /nori/.test((await strange.operator.searchIndex({})).failure ?? ''), 'it is told')
  const failed = await runCommand(searchIndex, ['rebuild'], {
    ...env,
    DATABASE_URL: urlOf(strange.admin as Connection),
    ...STRANGE,
  })
  assert.equal(failed.code, 1)
  assert.match(failed.said, /could not be started: .*nori/s)
  const { searchedBy, items } = await strange.visitor.list({ q: '양산' })
  assert.deepEqual([searchedBy, items.length], ['embedded', 1])
})

test('where PostgreSQL searches there is nothing to make anew', async () => {
  const embedded = { ...env, OPENSEARCH_URL: '' }
  assert.match((await runCommand(searchIndex, [], embedded)).said, /PostgreSQL searches/)
  const { live } = await shop.operator.searchIndex({})
  assert.equal((await runCommand(searchIndex, ['rebuild'], embedded)).code, 1)
  assert.equal((await shop.operator.searchIndex({})).live, live)
})
