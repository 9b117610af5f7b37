import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { findBinaries, hydrate } from './binaries.ts'

describe('the binaries of the package', () => {
  const root = mkdtempSync(join(tmpdir(), 'jangteo-binaries-'))
  after(() => rmSync(root, { recursive: true }))

  /** A package as it comes from the registry: without the links it lists. */
  const unpacked = (name: string): string => {
    const folder = join(root, name)
    mkdirSync(join(folder, 'native', 'lib'), { recursive: true })
    for (const file of ['liba.so.1.2', 'libb.so.3']) writeFileSync(join(folder, 'native', 'lib', file), file)
    const links = [{ source: 'native/lib/liba.so.1.2', target: 'native/lib/liba.so.1' }]
    writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links))
    return folder
  }

  test('get their links in place, which moves with the package', () => {
    const folder = unpacked('ours')
    assert.deepEqual(hydrate(folder, join(root, 'unused')), {})
    assert.deepEqual(hydrate(folder, join(root, 'unused')), {})
    cpSync(folder, join(root, 'moved'), { recursive: true, verbatimSymlinks: true })
    rmSync(folder, { recursive: true })
    assert.equal(readFileSync(join(root, 'moved', 'native', 'lib', 'liba.so.1'), 'utf8'), 'liba.so.1.2')
    assert.equal(existsSync(join(root, 'unused')), false)
  })

  test('get their links elsewhere when the package belongs to somebody else', () => {
    const folder = unpacked('theirs')
    const links = join(root, 'links')
    const denied = (): never => {
      throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
    }
    for (let times = 0; times < 2; times++) {
      const env = hydrate(folder, links, denied)
      assert.deepEqual(Object.values(env), [links])
      assert.match(Object.keys(env)[0]!, /^(LD|DYLD)_LIBRARY_PATH$/)
    }
    assert.equal(readFileSync(join(links, 'liba.so.1'), 'utf8'), 'liba.so.1.2')
    // A library looks for its own neighbours beside the link it was found by.
    assert.equal(realpathSync(join(links, 'libb.so.3')), realpathSync(join(folder, 'native', 'lib', 'libb.so.3')))
  })

  test('are those of PostgreSQL 18', () => {
    const { postgres, env } = findBinaries(root)
    const told = spawnSync(postgres, ['--version'], { env: { ...process.env, ...env }, encoding: 'utf8' })
    assert.match(told.stdout, /\(PostgreSQL\) 18\./)
  })
})
