import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnose, roomOf } from './diagnosis.ts'

const roomy = { free: 10 ** 10, files: 1_000, filesLeft: 900 }
const line = (text: string): string => `2026-11-30 19:54:54.522 UTC [9712] ${text}\n`
const errno = (code: string, message = code): Error => Object.assign(new Error(message), { code })
const why = (log: string, error?: unknown, room = roomy) => diagnose('/shop', { log, error, room })

test('a full device is named, whoever noticed it', () => {
  const full = 'no space left on device: make room for /shop'
  const said = line('PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device')
  assert.equal(why(said), full)
  assert.equal(why(line('FATAL:  could not write lock file "postmaster.pid": No space left on device')), full)
  assert.equal(why(line('FATAL:  could not extend file "base/1/2": Disk quota exceeded')), full)
  assert.equal(why('', errno('ENOSPC')), full)
  assert.equal(why('', errno('EDQUOT')), full)
  // A full device takes no last words.
  assert.equal(why('', undefined, { ...roomy, free: 15 * 1024 * 1024 }), full)
  const noFiles = 'no space left on device: no more files can be made in /shop'
  assert.equal(why(said, undefined, { ...roomy, filesLeft: 0 }), noFiles)
  assert.equal(why('', undefined, { ...roomy, filesLeft: 0 }), noFiles)
  // File systems without a limit of files say 0 of 0.
  assert.equal(why('', undefined, { ...roomy, files: 0, filesLeft: 0 }), undefined)
})

test('data that cannot be written is named, with what the server met', () => {
  assert.equal(
    why(line('FATAL:  could not create lock file "postmaster.pid": Permission denied')),
    '/shop cannot be written (could not create lock file "postmaster.pid": Permission denied)',
  )
  assert.equal(
    why(line('FATAL:  could not open file "pg_wal/0": Read-only file system')),
    '/shop cannot be written (could not open file "pg_wal/0": Read-only file system)',
  )
  assert.equal(why('', errno('EROFS', 'EROFS: open')), '/shop cannot be written (EROFS: open)')
  assert.equal(why('', errno('EACCES')), '/shop cannot be written (EACCES)')
})

test('what is told to clients, or has long passed, is no reason', () => {
  const statement = line('ERROR:  could not extend file "base/1/2": No space left on device')
  const clients = [
    'FATAL:  the database system is starting up',
    'FATAL:  the database system is in recovery mode',
    'FATAL:  terminating connection due to administrator command',
    'FATAL:  sorry, too many clients already',
  ].map(line)
  assert.equal(why(statement + clients.join('')), undefined)
  assert.equal(
    why(line('FATAL:  could not map anonymous shared memory: Cannot allocate memory') + clients.join('')),
    'could not map anonymous shared memory: Cannot allocate memory',
  )
  assert.equal(why('', new Error('No such program\nand a second line')), 'No such program')
})

test('the device is asked what it has left', () => {
  assert.ok(roomOf('.')!.free > 0)
  assert.equal(roomOf('/nowhere/at/all'), undefined)
})
