import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, test } from 'node:test'
import pg from 'pg'
import { systemRuntime } from '#kernel/runtime.ts'
import { findPostmaster, isAlive } from './server/postmaster.ts'
import { type Connection, type Embedded, type EmbeddedOptions, startEmbedded } from './start.ts'
import { waitFor } from './server/wait.ts'
import { eventually } from '#test/support/eventually.ts'

const runtime = systemRuntime()
const root = mkdtempSync(join(tmpdir(), 'jangteo-embedded-'))
const asRoot = process.getuid?.() === 0

interface Shop {
  readonly process: ChildProcess
  readonly connection: Connection
  readonly url: string
  /** The server's process id. */
  readonly pid: number
}

const shops: ChildProcess[] = []

/** A process that starts a server on the data and keeps it until SIGTERM. */
const spawnShop = (dataDir: string, through: readonly string[] = []): ChildProcess => {
  const [file = '', ...args] = [...through, process.execPath, 'test/support/engines/lone-server.ts', dataDir]
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  shops.push(child)
  return child
}

const shop = async (dataDir: string, through?: readonly string[]): Promise<Shop> => {
  const child = spawnShop(dataDir, through)
  const [line] = await Promise.race([
    once(child.stdout!, 'data'),
    once(child, 'exit').then(() => assert.fail(`The shop did not start: ${child.stderr!.read()}`)),
  ])
  return { process: child, ...JSON.parse(String(line)) }
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  const gone = once(child, 'exit')
  child.kill(signal)
  const [code] = await gone
  return code
}

const ask = async (at: { url: string }, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(at.url)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

const goneSoon = async (pid: number): Promise<boolean> =>
  (await waitFor(runtime, 5_000, () => (isAlive(pid) ? undefined : true))) ?? false

describe('the embedded server', () => {
  // Most tests take turns on one data directory, which each leaves as it found it.
  const data = join(root, 'shop')
  const started: Embedded[] = []

  const start = async (
    dataDir = data,
    progress?: (line: string) => void,
    heard: Pick<EmbeddedOptions, 'onDown' | 'onUp'> = {},
  ): Promise<Embedded> => {
    const server = await startEmbedded({ dataDir, runtime, sync: false, ...(progress && { progress }), ...heard })
    started.push(server)
    return server
  }

  afterEach(async () => {
    for (const child of shops.splice(0)) child.kill('SIGKILL')
    await Promise.all(started.splice(0).map((server) => server.stop()))
  })

  after(() => {
    for (const name of readdirSync(root)) {
      const left = findPostmaster(join(root, name, 'postgres'))
      if (left) process.kill(left.pid, 'SIGQUIT')
    }
    rmSync(root, { recursive: true, force: true })
  })

  test('keeps what it was given over a restart, in UTF-8, and says what takes its time only the first time', async () => {
    const lines: string[] = []
    const first = await start(data, (line) => lines.push(line))
    await ask(first, `CREATE TABLE note AS SELECT '장터'::text AS body`)
    await first.stop()
    assert.ok(await goneSoon(first.pid()))
    const second = await start(data, (line) => lines.push(line))
    assert.deepEqual(await ask(second, 'SELECT body, upper($$é$$) AS upper FROM note'), [{ body: '장터', upper: 'É' }])
    await second.stop()
    assert.deepEqual(lines, ['Making the database (first start)'])
  })

  test('is durable, reached through a private socket only, and restarted by its shop alone', async () => {
    const server = await start()
    const [row] = await ask(
      server,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
        current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS network,
        current_setting('unix_socket_permissions') AS socket, current_setting('restart_after_crash') AS restarts`,
    )
    assert.deepEqual(row, { fsync: 'on', commits: 'on', pages: 'on', network: '', socket: '0700', restarts: 'off' })
    assert.equal(statSync(server.connection.host).mode & 0o777, 0o700)
    await server.stop()
  })

  test('stop may be asked for twice and ends open transactions', async () => {
    const server = await start()
    const busy = new pg.Client(server.url)
    busy.on('error', () => {})
    await busy.connect()
    await busy.query('BEGIN')
    await Promise.all([server.stop(), server.stop()])
    assert.ok(await goneSoon(server.pid()))
    await busy.end().catch(() => {})
  })

  test('a path too long for a socket is no trouble', async () => {
    const long = join(root, '가게'.repeat(20), 'x'.repeat(100))
    const server = await start(long)
    assert.ok(server.connection.host.length < 90)
    assert.equal(statSync(server.connection.host).mode & 0o777, 0o700)
    assert.equal((await ask(server, 'SELECT 1 AS one')).length, 1)
    await server.stop()
    assert.equal(existsSync(server.connection.host), false)
  })

  test('a shop that was killed leaves its server to the next one, with all that was committed', async () => {
    const killed = await shop(data)
    await ask(killed, 'CREATE TABLE kept AS SELECT 1 AS id')
    await end(killed.process, 'SIGKILL')
    assert.ok(isAlive(killed.pid))
    const next = await start()
    assert.equal(next.pid(), killed.pid)
    assert.deepEqual(await ask(next, 'SELECT id FROM kept'), [{ id: 1 }])
    await next.stop()
    assert.ok(await goneSoon(killed.pid))
  })

  test('shop and server killed together: the next start recovers', async () => {
    const killed = await shop(data)
    await ask(killed, 'CREATE TABLE kept_too AS SELECT 1 AS id')
    process.kill(killed.pid, 'SIGKILL')
    await end(killed.process, 'SIGKILL')
    const next = await start()
    assert.deepEqual(await ask(next, 'SELECT id FROM kept_too'), [{ id: 1 }])
    await next.stop()
  })

  test('a server that dies under a living shop is started again', async () => {
    const server = await start()
    const before = server.pid()
    process.kill(before, 'SIGKILL')
    const revived = await waitFor(runtime, 20_000, async () => {
      if (server.pid() === before) return undefined
      return ask(server, 'SELECT 1 AS one').catch(() => undefined)
    })
    assert.equal(revived?.length, 1)
    await server.stop()
    assert.ok(await goneSoon(server.pid()))
  })

  test('killed again and again, within the same second, it is restarted each time, at the same address', async () => {
    const said: string[] = []
    const server = await start(data, undefined, {
      onDown: (why) => void said.push(why),
      onUp: () => void said.push('up'),
    })
    for (let round = 0; round < 4; round++) {
      // Whichever server there is, claimed by the shop or not yet.
      const { pid } = findPostmaster(join(data, 'postgres')) ?? { pid: server.pid() }
      process.kill(pid, 'SIGKILL')
      await eventually(() => {
        const next = findPostmaster(join(data, 'postgres'))
        return next !== undefined && next.pid !== pid
      }, 'another server runs')
    }
    await eventually(
      () =>
        ask(server, 'SELECT 1 AS one').then(
          () => said.at(-1) === 'up',
          () => false,
        ),
      'it answers',
    )
    assert.ok(said.includes('it was ended by SIGKILL') || said.includes('it left no word why'), said.join('\n'))
    const { pid } = findPostmaster(join(data, 'postgres'))!
    assert.equal(server.pid(), pid)
    await server.stop()
    assert.ok(await goneSoon(pid))
  })

  test('while something stands in its way it is tried again and again, and the reason is said once', async () => {
    const said: string[] = []
    const server = await start(data, undefined, {
      onDown: (why) => void said.push(why),
      onUp: () => void said.push('up'),
    })
    const note = join(data, 'postgres', 'postmaster.pid')
    const refusals = (): number =>
      readFileSync(join(data, 'postgres.log'), 'utf8').split(/lock file .*Is a directory/).length
    const before = refusals()
    // Root writes whatever the rights are, so what the server must write is of another kind.
    rmSync(note)
    mkdirSync(note)
    process.kill(server.pid(), 'SIGKILL')
    await eventually(() => refusals() >= before + 3, 'it was tried three times')
    assert.equal(said.filter((each) => /lock file .*Is a directory/.test(each)).length, 1, said.join('\n'))
    assert.ok(!said.includes('up'), said.join('\n'))
    rmSync(note, { recursive: true })
    await eventually(() => said.at(-1) === 'up', 'it runs again')
    assert.equal((await ask(server, 'SELECT 1 AS one')).length, 1)
    await server.stop()
  })

  test('a socket folder that a cleaner removed comes back at the same address', async () => {
    const long = join(root, 'cleaned-up-'.repeat(9))
    const said: string[] = []
    const server = await start(long, undefined, { onDown: (why) => void said.push(why) })
    const { host } = server.connection
    assert.match(host, /jangteo-socket-/)
    rmSync(host, { recursive: true })
    await eventually(
      () =>
        ask(server, 'SELECT 1 AS one').then(
          () => true,
          () => false,
        ),
      'it can be connected to',
    )
    assert.equal(statSync(host).mode & 0o777, 0o700)
    assert.deepEqual(said, [`${host}, the folder of its socket, was removed`])
    await server.stop()
    assert.equal(existsSync(host), false)
  })

  test('a server that stands still (SIGSTOP) ends with its shop all the same', async () => {
    const server = await start()
    process.kill(server.pid(), 'SIGSTOP')
    await server.stop()
    assert.ok(await goneSoon(server.pid()))
  })

  test('a second shop on the same data is refused in a sentence, and the first goes on', async () => {
    const first = await start()
    await assert.rejects(start(), { name: 'CannotStart', message: /^Another shop is running on .*JANGTEO_DATA/ })
    const second = spawnShop(data)
    const said: string[] = []
    second.stderr!.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const [code] = await once(second, 'close')
    assert.equal(code, 1)
    assert.equal(said.join('').trim().split('\n').length, 1)
    assert.equal((await ask(first, 'SELECT 1 AS one')).length, 1)
    await first.stop()
  })

  test('of two first starts at once, one shop lives and the other is refused', async () => {
    const fresh = join(root, 'two-at-once')
    const both = await Promise.allSettled([shop(fresh), shop(fresh)])
    const living = both.filter((each) => each.status === 'fulfilled')
    assert.equal(living.length, 1)
    assert.equal((await ask(living[0]!.value, 'SELECT 1 AS one')).length, 1)
    assert.equal(await end(living[0]!.value.process, 'SIGTERM'), 0)
    assert.deepEqual(
      readdirSync(fresh).filter((name) => name.startsWith('postgres.new')),
      [],
    )
  })

  test('a shop starts as soon as the one before it has stopped', async () => {
    const first = await start()
    const stopping = first.stop()
    const second = await start()
    await stopping
    assert.equal((await ask(second, 'SELECT 1 AS one')).length, 1)
    await second.stop()
  })

  test('a first start that was cut off is begun again', async () => {
    const fresh = join(root, 'cut-off')
    mkdirSync(join(fresh, 'postgres.new-999999999', 'base'), { recursive: true })
    const server = await start(fresh)
    assert.equal((await ask(server, 'SELECT 1 AS one')).length, 1)
    await server.stop()
    assert.deepEqual(
      readdirSync(fresh).filter((name) => name.startsWith('postgres.new')),
      [],
    )
  })

  test('a note of a dead server does not stand in the way, even when its process id lives on', async () => {
    await (await start()).stop()
    const note = join(data, 'postgres', 'postmaster.pid')
    writeFileSync(note, `${process.pid}\n${join(data, 'postgres')}\n1700000000\n5432\n${data}\n\n0 0\nready\n`)
    const server = await start()
    assert.notEqual(server.pid(), process.pid)
    await server.stop()
  })

  test('a server that refuses says why', async () => {
    await (await start()).stop()
    writeFileSync(join(data, 'postgres', 'local.conf'), 'shared_buffers = plenty\n')
    await assert.rejects(start(), { name: 'CannotStart', message: /shared_buffers/ })
    assert.match(readFileSync(join(data, 'postgres.log'), 'utf8'), /shared_buffers/)
    rmSync(join(data, 'postgres', 'local.conf'))
  })

  test('data of another major version is left alone', async () => {
    const old = join(root, 'old')
    mkdirSync(join(old, 'postgres'), { recursive: true })
    writeFileSync(join(old, 'postgres', 'PG_VERSION'), '17\n')
    await assert.rejects(start(old), { name: 'CannotStart', message: /made by PostgreSQL 17; this shop brings 18/ })
  })

  test('a directory that cannot be is named', async () => {
    writeFileSync(join(root, 'file'), '')
    const impossible = join(root, 'file', 'shop')
    await assert.rejects(start(impossible), {
      name: 'CannotStart',
      message: /file\/shop cannot be written.*JANGTEO_DATA/,
    })
  })

  if (process.platform === 'linux')
    test('a file system that takes no folders is named, not asked for ever', async () => {
      await assert.rejects(start('/proc/jangteo/shop'), {
        name: 'CannotStart',
        message: /\/proc\/jangteo\/shop cannot be written/,
      })
    })

  // A machine that forbids mount namespaces has no small disk to fill.
  const smallDisk = ['unshare', ...(asRoot ? [] : ['--user', '--map-root-user']), '--mount']
  const canMount =
    spawnSync(smallDisk[0]!, [...smallDisk.slice(1), 'sh', '-c', `mount -t tmpfs none ${root}`]).status === 0
  if (canMount) {
    test('a full disk needs no restart of the shop: with room again the database is back', async () => {
      const small = join(root, 'small')
      mkdirSync(small)
      const mounted = [...smallDisk, 'sh', '-c', 'mount -t tmpfs -o size=110m none "$0" && exec "$@"', small]
      const living = await shop(join(small, 'shop'), mounted)
      const said: string[] = []
      living.process.stderr!.setEncoding('utf8').on('data', (text: string) => said.push(text))
      // The disk is seen by the processes on it alone: so is what reaches the server.
      const disk = `/proc/${living.process.pid}/root${small}`
      const url = living.url.replace(encodeURIComponent(small), encodeURIComponent(disk))
      await ask({ url }, 'CREATE TABLE filling AS SELECT 1 AS one')
      const filler = openSync(join(disk, 'filler'), 'w')
      try {
        assert.throws(
          () => {
            for (;;) writeSync(filler, Buffer.alloc(65_536))
          },
          { code: 'ENOSPC' },
        )
        await assert.rejects(ask({ url }, `INSERT INTO filling SELECT generate_series(1, 500000)`), { code: '53100' })
        assert.deepEqual(await ask({ url }, 'SELECT one FROM filling'), [{ one: 1 }], 'reads go on')
        // The log of changes needs room too, and the server ends when it finds none.
        await eventually(
          () =>
            ask({ url }, `SELECT pg_logical_emit_message(true, 'fill', repeat('x', 3000000))`).then(
              () => false,
              () => said.length > 0,
            ),
          'the server ends',
        )
        assert.deepEqual(
          said.join('').trim().split('\n')[0],
          `down: no space left on device: make room for ${small}/shop`,
        )
        ftruncateSync(filler)
      } finally {
        closeSync(filler)
      }
      await eventually(() => said.join('').trim().endsWith('up'), 'it runs again')
      assert.deepEqual(await ask({ url }, 'SELECT one FROM filling'), [{ one: 1 }])
      assert.equal(await end(living.process, 'SIGTERM'), 0)
    })
  }

  if (asRoot) {
    test('root may keep its shop where nobody else can go', async () => {
      const closed = join(root, 'closed')
      mkdirSync(closed, { mode: 0o700 })
      const server = await start(join(closed, 'shop'))
      assert.notEqual(statSync(`/proc/${server.pid()}`).uid, 0)
      assert.equal((await ask(server, 'SELECT 1 AS one')).length, 1)
      await server.stop()
      const again = await start(join(closed, 'shop'))
      await again.stop()
    })

    // A machine that forbids user namespaces has no such way.
    const limited = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all']
    const [setpriv = '', ...limits] = limited
    const allowed = spawnSync(setpriv, [...limits, 'unshare', '--user', '--map-user=1000', 'true']).status === 0
    if (allowed) {
      test('so may a root that is not allowed to pass closed folders, by way of a user namespace', async () => {
        const closed = join(root, 'closed-too')
        mkdirSync(closed, { mode: 0o700 })
        const living = await shop(join(closed, 'shop'), limited)
        assert.equal((await ask(living, 'SELECT 1 AS one')).length, 1)
        assert.equal(await end(living.process, 'SIGTERM'), 0)
      })
    }

    test('and where nobody can be made to reach the data, it is told so', async () => {
      const closed = join(root, 'closed-for-good')
      mkdirSync(closed, { mode: 0o700 })
      const child = spawnShop(join(closed, 'shop'), ['env', 'PATH=/nowhere'])
      const said: string[] = []
      child.stderr!.setEncoding('utf8').on('data', (text: string) => said.push(text))
      const [code] = await once(child, 'close')
      assert.equal(code, 1)
      assert.match(said.join(''), /^PostgreSQL does not run as root, and no other user can reach .*DATABASE_URL\.\n$/)
      assert.deepEqual(readdirSync(join(closed, 'shop')), [])
    })
  }
})
