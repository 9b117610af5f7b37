import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { scratchFolder } from '#test/support/engines/engines.ts'
import { eventually } from '#test/support/eventually.ts'

const folder = scratchFolder()

const answers = async (url: string): Promise<boolean> => {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    client.disconnect()
  }
}

test('npm run engines: what it started stays until Ctrl-C, and no longer', async () => {
  const child = spawn(process.execPath, ['src/main.ts', 'engines', 'redis'], {
    env: { ...process.env, JANGTEO_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  try {
    await eventually(() => said.includes('Ctrl-C stops them.'), 'it says how to stop them')
    const url = /^REDIS_URL=(\S+)$/m.exec(said)?.[1]
    assert.ok(url, said)
    // Whoever has nothing left to wait for is gone within a moment.
    for (let look = 0; look < 10; look++) {
      await sleep(100)
      assert.ok(child.exitCode === null && (await answers(url)), `it is there: ${said}`)
    }
    child.kill('SIGINT')
    assert.equal(await ended, 0, said)
    assert.match(said, /Closed\.\n$/)
    assert.equal(await answers(url), false)
  } finally {
    child.kill('SIGKILL')
  }
})
