import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { sealLive } from '#kernel/secrets/live-secret.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { secretsFrom } from '#kernel/secrets/secrets.ts'
import type { InputOf } from '#kernel/contract.ts'
import type { config } from '#services/config/contract.ts'
import { readSettings } from '#src/settings.ts'
import { givenIn } from '#src/settings/process-settings.ts'
import { liveSettings } from '#src/shop.ts'
import { eventually } from '#test/support/eventually.ts'
import { silent } from '#test/support/silent.ts'
import { configSnapshot } from './config-snapshot.ts'
import { configFeed } from './config-feed.ts'
import { liveSettingsOf, type Central } from './live-settings.ts'

const runtime = systemRuntime()
const secrets = secretsFrom('a secret for tests that nobody needs to guess', runtime)
const folders: string[] = []
after(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true })
})

/** A service that says what it is told to, or is away. */
const service = () => {
  let says: Central | undefined
  const asked: InputOf<(typeof config)['operations']['current']>[] = []
  return {
    asked,
    say: (central: Central | undefined) => void (says = central),
    current: async (input: InputOf<(typeof config)['operations']['current']>) => {
      if (!says) throw new Error('away')
      asked.push(input)
      return { id: says.id, version: says.version, values: input.after === says.id ? null : [...says.values] }
    },
  }
}

/** A host with a data directory of its own; one that starts again has the same. */
const hostIn = (folder: string, environment = 'trial', by = secrets) => {
  const settings = readSettings({ JANGTEO_DATA: folder, JANGTEO_CONFIG_ENVIRONMENT: environment })
  const live = liveSettingsOf(settings, {
    settings: liveSettings,
    named: givenIn(settings),
    secrets: () => by,
    log: silent,
  })
  const copy = configSnapshot({ folder, environment, host: 'order-1', secrets: by, runtime })
  const said: string[] = []
  const feed = configFeed({
    environment,
    host: 'order-1',
    live,
    copy,
    runtime,
    log: silent,
    progress: (line) => void said.push(line),
  })
  return { live, copy, feed, said }
}

const fresh = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'jangteo-config-'))
  folders.push(folder)
  return folder
}

const SECRET = 'live_sk_nobody-may-see'
const at = { environment: 'trial', place: 'payment', name: 'TOSS_SECRET_KEY' }
const centralOf = (version: number, minutes: string): Central => ({
  id: `id-${version}`,
  version,
  values: [
    { place: 'order', name: 'ORDER_PAY_MINUTES', value: minutes, sealed: null },
    {
      place: 'payment',
      name: 'TOSS_SECRET_KEY',
      value: null,
      sealed: sealLive(secrets, at, SECRET).toString('base64'),
    },
  ],
})

test('a change reaches a host that runs, which tells the service its version at once', async () => {
  const { live, feed, said } = hostIn(fresh())
  const { say, current, asked } = service()
  say(centralOf(1, '11'))
  await feed.restore()
  await feed.begin(current)
  try {
    assert.equal(live.of('order').ORDER_PAY_MINUTES, 11)
    assert.deepEqual(feed.state(), { ...feed.state(), version: 1, from: 'service', left: 0 })
    say(centralOf(2, '12'))
    await eventually(() => live.of('order').ORDER_PAY_MINUTES === 12, 'the change arrives')
    await eventually(() => asked.at(-1)?.host?.version === 2, 'the service hears of it')
    say(undefined)
    await eventually(() => (feed.state().age ?? 0) > 1_200, 'it grows old')
    assert.equal(live.of('order').ORDER_PAY_MINUTES, 12, 'it goes on with what it has')
    // A backup was put back: fewer versions, another history.
    say({ ...centralOf(1, '13'), id: 'id-other' })
    await eventually(() => live.of('order').ORDER_PAY_MINUTES === 13, 'it follows again')
    assert.deepEqual(said, [])
  } finally {
    await feed.stop()
  }
})

test('with the service away a host starts from the last good copy, and says so', async () => {
  const folder = fresh()
  const before = hostIn(folder)
  const { say, current } = service()
  say(centralOf(7, '17'))
  await before.feed.begin(current)
  await before.feed.stop()

  const files = readdirSync(join(folder, 'config'))
  assert.deepEqual(files, ['trial.order-1.json'], 'nothing half-written is left')
  const path = join(folder, 'config', files[0]!)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(folder, 'config')).mode & 0o777, 0o700)
  assert.doesNotMatch(readFileSync(path, 'utf8'), /nobody-may-see/)

  say(undefined)
  const again = hostIn(folder)
  await again.feed.restore()
  assert.equal(again.live.of('order').ORDER_PAY_MINUTES, 17, 'it counts before anything is built')
  assert.equal(again.live.of('payment').TOSS_SECRET_KEY, SECRET)
  await again.feed.begin(current)
  try {
    assert.deepEqual(again.said, [
      'The config service is unavailable: going on with version 7, the last good copy on disk',
    ])
    assert.deepEqual(again.feed.state(), { environment: 'trial', version: 7, from: 'copy', age: null, left: 0 })
    say(centralOf(8, '18'))
    await eventually(() => again.live.of('order').ORDER_PAY_MINUTES === 18, 'it catches up')
    assert.equal(again.feed.state().from, 'service')
  } finally {
    await again.feed.stop()
  }
  assert.equal((await again.copy.read())?.version, 8)
})

test('with the service away and no copy a host starts on its environment, says so, and catches up', async () => {
  const { live, feed, said } = hostIn(fresh())
  const { say, current } = service()
  await feed.restore()
  await feed.begin(current)
  try {
    assert.equal(live.of('order').ORDER_PAY_MINUTES, 10)
    assert.deepEqual(said, [
      'The config service is unavailable: there is no copy on disk, so this host’s environment counts until it answers',
    ])
    assert.equal(feed.state().from, 'nobody')
    say(centralOf(1, '11'))
    await eventually(() => live.of('order').ORDER_PAY_MINUTES === 11, 'it catches up')
  } finally {
    await feed.stop()
  }
})

test('a copy that is damaged, changed, of another environment or under another secret is named and ignored', async () => {
  const folder = fresh()
  const { copy } = hostIn(folder)
  const restored = async (other = hostIn(folder)): Promise<string[]> => {
    await other.feed.restore()
    assert.equal(other.live.of('order').ORDER_PAY_MINUTES, 10, 'nothing of it counts')
    assert.equal(other.feed.state().from, 'nobody')
    return other.said
  }
  assert.deepEqual(await restored(), [], 'none is no mistake')
  await copy.write(centralOf(3, '13'))
  const right = readFileSync(copy.path, 'utf8')
  const wrong = (text: string) => writeFileSync(copy.path, text)
  for (const text of ['', '{', right.slice(0, 200), '[]', right.replace('"format":1', '"format":2')]) {
    wrong(text)
    assert.deepEqual(await restored(), [
      `The copy of the configuration in ${copy.path} is ignored: it is no copy of a configuration, or was cut off`,
    ])
  }
  for (const text of [
    right.replace('"13"', '"14"'),
    right.replace('"version":3', '"version":4'),
    right.replace('id-3', 'id-4'),
  ]) {
    assert.notEqual(text, right)
    wrong(text)
    assert.match((await restored())[0]!, /it was changed, or written under another JANGTEO_SECRET/)
  }
  wrong(right.replace('"environment":"trial"', '"environment":"other"'))
  assert.match((await restored())[0]!, /it is of the environment other/)
  wrong(right)
  const stranger = hostIn(folder, 'trial', secretsFrom('another secret, which nobody needs to guess', runtime))
  assert.match((await restored(stranger))[0]!, /another JANGTEO_SECRET/)
  const same = hostIn(folder)
  await same.feed.restore()
  assert.equal(same.live.of('order').ORDER_PAY_MINUTES, 13)
})

test('a host whose disk cannot be written goes on', async () => {
  const folder = fresh()
  // Where its folder should be, there is a file.
  writeFileSync(join(folder, 'config'), '')
  const { live, feed } = hostIn(folder)
  const { say, current } = service()
  say(centralOf(1, '11'))
  await feed.begin(current)
  await feed.stop()
  assert.equal(live.of('order').ORDER_PAY_MINUTES, 11)
})
