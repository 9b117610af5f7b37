import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { apiClient } from '#test/support/client.ts'
import { runCommand } from '#test/support/processes/command.ts'
import { startTestShop } from '#test/support/shop.ts'
import { openapi } from './openapi.ts'
import { seed } from './seed.ts'

const shop = await startTestShop()

test('seed fills the window of a shop that runs, once', async () => {
  const visitor = apiClient(shop.origin)
  const env = { DATABASE_URL: shop.databaseUrl, LOG_LEVEL: 'silent' }
  assert.equal((await visitor.must('GET', '/api/catalog/products')).items.length, 0)
  const first = await runCommand(seed, [], env)
  assert.equal(first.code, 0)
  const [, made] = /Loaded (\d+) sample products; 0 were there already/.exec(first.said)!
  assert.ok(Number(made) >= 1_000)
  assert.ok((await visitor.must('GET', '/api/catalog/products')).items.length > 10)
  const again = await runCommand(seed, [], env)
  assert.ok(again.said.endsWith(`Loaded 0 sample products; ${made} were there already.`), again.said)
})

test('openapi prints what the shop serves', async () => {
  const { said } = await runCommand(openapi, [], {})
  assert.deepEqual(JSON.parse(said), await apiClient(shop.origin).must('GET', '/api/openapi.json'))
  assert.match(JSON.parse((await runCommand(openapi, ['--events'], {})).said).asyncapi, /^3\./)
})

test('no samples in production, no words that mean nothing', async () => {
  const production = {
    JANGTEO_ENV: 'production',
    PUBLIC_URL: 'https://shop.example.com',
    JANGTEO_SECRET: 'k'.repeat(40),
    TOSS_CLIENT_KEY: 'live_ck_real',
    TOSS_SECRET_KEY: 'live_sk_real',
    SMTP_URL: 'smtps://mail.example.com',
    DATABASE_URL: shop.databaseUrl,
  }
  const refuses = (args: string[], env: Record<string, string>, why: RegExp) =>
    assert.rejects(runCommand(seed, args, env), (error) => error instanceof CannotStart && why.test(error.message))
  await refuses([], production, /for development only/)
  await refuses(['everything'], {}, /"everything" means nothing here/)
  await refuses(['--force'], {}, /--force/)
})
