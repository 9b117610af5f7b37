import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import type { Settings } from '#kernel/service.ts'
import { developmentSecret } from '#src/host/development/secrets.ts'
import { readSettings, showSettings } from '#src/settings.ts'
import { databaseUrlOf } from '#src/settings/process-settings.ts'

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://shop.example.com',
  JANGTEO_SECRET: 'k'.repeat(40),
  TOSS_CLIENT_KEY: 'live_ck_real',
  TOSS_SECRET_KEY: 'live_sk_real',
  SMTP_URL: 'smtps://mailer:hunter2hunter2@mail.example.com',
}

/** The lines a person would see. */
const complaints = (env: Record<string, string | undefined>): string[] => {
  try {
    readSettings(env)
  } catch (error) {
    assert.ok(error instanceof CannotStart)
    return error.message.split('\n').slice(1)
  }
  return []
}

describe('settings', () => {
  test('nothing given is a development shop', () => {
    const settings = readSettings({})
    assert.equal(settings.mode, 'development')
    assert.equal(settings.PORT, 3000)
    assert.equal(settings.ORDER_PAY_MINUTES, 10)
    assert.match(settings.JANGTEO_DATA, /\/\.jangteo$/)
    assert.equal(settings.DATABASE_URL, '')
    // What services are given.
    const given: Settings = settings
    assert.equal(given['LOG_LEVEL'], 'warn')
  })

  test('an empty variable is one that was not given', () => {
    assert.equal(readSettings({ PORT: ' ' }).PORT, 3000)
  })

  test('everything wrong is told at once, with what would be right', () => {
    const lines = complaints({
      PORT: '70000',
      DATABASE_URL: 'mysql://root:topsecret@db/shop',
      LOG_LEVEL: 'loud',
      ORDER_PAY_MINUTES: '2.5',
      JANGTEO_ENV: 'staging',
      DATABASE_URL_ORDER: 'nowhere',
    })
    assert.deepEqual(lines, [
      '  - JANGTEO_ENV is "staging": give one of development, production.',
      '  - PORT is "70000": give a whole number from 0 to 65535.',
      '  - LOG_LEVEL is "loud": give one of trace, debug, info, warn, error, fatal, silent.',
      '  - DATABASE_URL is not right: give an address that starts with postgres:// or postgresql://.',
      '  - ORDER_PAY_MINUTES is "2.5": give a whole number from 1 to 1440.',
      '  - DATABASE_URL_ORDER is not right: give an address that starts with postgres:// or postgresql://.',
    ])
  })

  test('proxies and origins are lists, each part checked', () => {
    const { JANGTEO_TRUST_PROXY, JANGTEO_CORS_ORIGINS } = readSettings({
      JANGTEO_TRUST_PROXY: 'loopback, 10.0.0.0/8  ::1',
      JANGTEO_CORS_ORIGINS: 'https://admin.example.com, http://localhost:5173',
    })
    assert.equal(JANGTEO_TRUST_PROXY, 'loopback,10.0.0.0/8,::1')
    assert.equal(JANGTEO_CORS_ORIGINS, 'https://admin.example.com,http://localhost:5173')
    for (const JANGTEO_TRUST_PROXY of ['true', '10.0.0.0/33', 'proxy.local'])
      assert.equal(complaints({ JANGTEO_TRUST_PROXY }).length, 1)
    for (const JANGTEO_CORS_ORIGINS of ['*', 'https://a.example/', 'a.example'])
      assert.equal(complaints({ JANGTEO_CORS_ORIGINS }).length, 1)
  })

  test('rate limits and canaries are lists, each part checked', () => {
    const { RATE_LIMITS, CANARY } = readSettings({
      RATE_LIMITS: 'reads.address=100/60, auth.signIn.address=off',
      CANARY: 'product@1.2=10, order@2.0-rc.1=0.5',
    })
    assert.equal(RATE_LIMITS, 'reads.address=100/60,auth.signIn.address=off')
    assert.equal(CANARY, 'product@1.2=10,order@2.0-rc.1=0.5')
    for (const RATE_LIMITS of ['reads=1/1', 'reads.address=0/60', 'reads.address=5', 'reads.everybody=1/1'])
      assert.equal(complaints({ RATE_LIMITS }).length, 1, RATE_LIMITS)
    for (const CANARY of ['product=10', 'product@1.2=101', 'product@1.2', 'product@1=1,product@2=1'])
      assert.equal(complaints({ CANARY }).length, 1, CANARY)
  })

  test('production starts with real settings only', () => {
    assert.equal(readSettings(production).TOSS_BASE_URL, 'https://api.tosspayments.com')
    const missing = complaints({ JANGTEO_ENV: 'production' }).map((line) => line.split(' ')[3])
    assert.deepEqual(missing, ['PUBLIC_URL', 'JANGTEO_SECRET', 'TOSS_CLIENT_KEY', 'SMTP_URL', 'TOSS_SECRET_KEY'])
  })

  for (const [name, value] of [
    ['TOSS_BASE_URL', 'http://localhost:3000/simulators/toss'],
    ['TOSS_BASE_URL', 'https://127.0.0.1/simulators/toss'],
    ['TOSS_CLIENT_KEY', readSettings({}).TOSS_CLIENT_KEY],
    ['TOSS_SECRET_KEY', readSettings({}).TOSS_SECRET_KEY],
    ['SMTP_URL', 'smtp://localhost:2525'],
    ['PUBLIC_URL', 'http://shop.example.com'],
    ['JANGTEO_SECRET', 'short'],
  ] as const) {
    test(`production refuses the ${name} of a development machine: ${value}`, () => {
      const lines = complaints({ ...production, [name]: value })
      assert.equal(lines.length, 1)
      assert.ok(lines[0]!.includes(name))
      assert.deepEqual(complaints({ [name]: name === 'JANGTEO_SECRET' ? 's'.repeat(32) : value }), [])
    })
  }

  test('no secret is shown, neither in a list nor in a complaint', () => {
    const env = {
      ...production,
      DATABASE_URL: 'postgres://jangteo:hunter2hunter2@db/jangteo',
      JANGTEO_STAFF_PASSWORD: 'hunter2hunter2',
      TOSS_SECRET_KEY: 'hunter2hunter2',
    }
    assert.doesNotMatch(JSON.stringify(showSettings(readSettings(env))), /hunter2|kkkk/)
    const broken = { ...env, PUBLIC_URL: 'ftp://me:hunter2hunter2@host', SMTP_URL: 'x://y:hunter2hunter2@z', PORT: 'x' }
    const lines = complaints(broken)
    assert.equal(lines.length, 3)
    assert.doesNotMatch(lines.join('\n'), /hunter2|kkkk/)
  })

  test('a service may have a database server of its own', () => {
    const settings = readSettings({ DATABASE_URL: 'postgres://a/shop', DATABASE_URL_ORDER: 'postgres://b/orders' })
    assert.equal(databaseUrlOf(settings, 'order'), 'postgres://b/orders')
    assert.equal(databaseUrlOf(settings, 'cart'), 'postgres://a/shop')
  })

  test('the development secret is made once, for this user alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jangteo-secret-'))
    try {
      const first = developmentSecret(join(folder, 'data'), systemRuntime())
      assert.match(first, /^[\w-]{43}$/)
      assert.equal(developmentSecret(join(folder, 'data'), systemRuntime()), first)
      assert.equal(statSync(join(folder, 'data', 'secret')).mode & 0o777, 0o600)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
