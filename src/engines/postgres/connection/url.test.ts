import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { InvalidAddress } from '#kernel/net/address.ts'
import { databaseAddressOf, withSslMode } from './url.ts'

interface File {
  readonly path: string
  readonly text: string
}

const plain = { host: 'db', port: 5432, user: 'shop', database: 'jangteo', ssl: false }
const refused = (url: string): string => {
  try {
    databaseAddressOf(url)
  } catch (error) {
    assert.ok(error instanceof InvalidAddress, String(error))
    return error.message
  }
  return assert.fail(`it was taken: ${url}`)
}

describe('the address of a database', () => {
  test('is taken apart, with what it leaves out', () => {
    assert.deepEqual(databaseAddressOf('postgres://shop@db/jangteo'), plain)
    assert.deepEqual(databaseAddressOf('postgresql://shop:secret@db:6000/jangteo'), {
      ...plain,
      port: 6000,
      password: 'secret',
    })
    assert.deepEqual(databaseAddressOf('postgres://db'), { ...plain, user: 'postgres', database: 'postgres' })
    assert.equal(databaseAddressOf('postgres://[2001:db8::1]:5433/x').host, '2001:db8::1')
    assert.equal(databaseAddressOf('postgres://db/x?port=6000').port, 6000)
    const ignored = 'application_name=x&connect_timeout=10&client_encoding=UTF8'
    assert.deepEqual(databaseAddressOf(`postgres://shop@db/jangteo?${ignored}`), plain)
  })

  test('may be a socket', () => {
    for (const url of [
      'postgres://shop@/jangteo?host=/run/postgresql',
      'postgres://shop@localhost/jangteo?host=/run/postgresql',
      'postgres:///jangteo?host=%2Frun%2Fpostgresql',
      'postgres://shop@%2Frun%2Fpostgresql/jangteo',
    ])
      assert.equal(databaseAddressOf(url).host, '/run/postgresql', url)
  })

  test('has credentials of any characters', () => {
    for (const [password, written] of [
      ['p%ss', 'p%25ss'],
      // A % that encodes nothing is what it looks like, as for the driver.
      ['50%off', '50%off'],
      ['100%', '100%'],
      ['%zz%', '%zz%'],
      ['a#b/c?d@e:f', 'a%23b%2Fc%3Fd%40e%3Af'],
      ['a@b', 'a@b'],
      ['a:b', 'a:b'],
      ['a b+c', 'a%20b+c'],
      ['비밀 번호', encodeURIComponent('비밀 번호')],
      ['한글', '한글'],
    ] as const)
      assert.equal(databaseAddressOf(`postgres://shop:${written}@db/x`).password, password, written)
    const { user, database } = databaseAddressOf('postgres://sh%2Fop@db/jang%20teo')
    assert.deepEqual([user, database], ['sh/op', 'jang teo'])
  })

  test('that leaves a doubt is refused, and what is said of it holds no part of a password', () => {
    for (const url of [
      'postgres://shop:s3cr#t@db/x',
      'postgres://shop:123#s3cr@db/x',
      'postgres://shop:s3cr/t@db/x',
      'postgres://shop:s3cr?t@db/x',
      'postgres://shop:123?s3cr@db/x',
      'postgres://shop:123?s3cr=t@db/x',
      'postgres://shop:s3cr@db:port/x',
      'postgres://shop:s3cr%ff@db/x',
      'postgres://shop:s3cr@a:1,b:2/x',
      'postgres://shop:s3cr@a,b/x',
      'postgres://shop:s3cr@db/x?host=other',
      'postgres://shop:s3cr@db/x?port=abc',
      'postgres://shop:s3cr@db/x?port=0x10',
      'postgres://shop:s3cr@db/x?sslmode=disable&sslmode=require',
    ])
      assert.doesNotMatch(refused(url), /s3cr/, url)
    assert.match(refused('postgres://shop:123#s3cr@db/x'), /# as %23/)
    // Else they would be part of the database's name, and the connection plain.
    for (const url of ['postgres://db/x&sslmode=require', 'postgres://db/x;sslmode=require', 'postgres://db&ssl=true'])
      assert.match(refused(url), /after a \?/, url)
    assert.equal(databaseAddressOf('postgres://db/x%26y').database, 'x&y')
    assert.match(refused('postgres://db/x?sslmod=require'), /the option sslmod is not known.*sslmode/)
    assert.match(refused('postgres://db/x?pgbouncer=true'), /the option pgbouncer is not known/)
    assert.match(refused('postgres://db/x?SSLMODE=require'), /the option SSLMODE is not known/)
  })
})

describe('encryption of a database', () => {
  const [ca, cert, key] = ['shop-ca.pem', 'shop-cert.pem', 'shop-key.pem'].map((name) => {
    const path = fileURLToPath(new URL(`../../../../test/support/certificates/${name}`, import.meta.url))
    return { path, text: readFileSync(path, 'utf8') }
  }) as [File, File, File]
  const sslOf = (options: string) => databaseAddressOf(`postgres://db/x?${options}`).ssl

  test('that is asked for is there, however that is written', () => {
    for (const options of [
      'sslmode=require',
      'sslmode=REQUIRE',
      'sslmode=verify-full',
      'sslmode=VERIFY-FULL',
      'sslmode=verify_full',
      'sslmode=Verify_Full',
      'sslmode=verify-ca',
      'ssl=true',
      'ssl=TRUE',
      'ssl=1',
      'ssl=true&sslmode=require',
    ])
      assert.equal(sslOf(options), true, options)
    assert.deepEqual(sslOf('sslmode=no-verify'), { rejectUnauthorized: false })
    for (const options of ['', 'sslmode=disable', 'ssl=false', 'ssl=0']) assert.equal(sslOf(options), false, options)
  })

  test('has the authority and the certificate of its files, asked for by them alone', () => {
    const files = { ca: ca.text, cert: cert.text, key: key.text }
    assert.deepEqual(sslOf(`sslrootcert=${ca.path}`), { ca: files.ca })
    assert.deepEqual(sslOf(`sslmode=require&sslrootcert=${ca.path}&sslcert=${cert.path}&sslkey=${key.path}`), files)
    assert.equal(
      typeof (sslOf(`sslmode=verify-ca&sslrootcert=${ca.path}`) as { checkServerIdentity: unknown })
        .checkServerIdentity,
      'function',
    )
    assert.deepEqual(sslOf('sslmode=verify-full&sslrootcert=system'), {})
  })

  test('that is not understood is refused, never left out', () => {
    for (const options of [
      'sslmode=',
      'sslmode=on',
      'sslmode=true',
      'sslmode=verify-ful',
      'sslmode=verifyfull',
      'sslmode=prefer',
      'sslmode=allow',
      'ssl=yes',
      'ssl=require',
      'ssl=',
      'ssl=true&sslmode=disable',
      'ssl=false&sslmode=require',
      'sslrootcert=',
      'sslrootcert=/no/such/file',
      `sslrootcert=${key.path}`,
      `sslcert=${cert.path}`,
      `sslkey=${key.path}`,
      `sslmode=disable&sslrootcert=${ca.path}`,
      'sslnegotiation=direct',
      'channel_binding=require',
      'tls=true',
      'host=/run/postgresql&sslmode=require',
    ])
      refused(`postgres://db/x?${options}`.replace('db/x?host', 'localhost/x?host'))
  })

  test('may be asked for by PGSSLMODE, which the address goes before', () => {
    const asked = (url: string) => databaseAddressOf(withSslMode(url, 'VERIFY_FULL')).ssl
    assert.equal(asked('postgres://db/x'), true)
    assert.equal(asked('postgres://db/x?connect_timeout=3'), true)
    assert.equal(asked('postgres://db/x?sslmode=disable'), false)
    assert.equal(asked('postgres://db/x?ssl=false'), false)
    assert.equal(asked('postgres:///x?host=/run/postgresql'), false)
    assert.throws(() => withSslMode('postgres://db/x', 'verify-ful'), InvalidAddress)
  })
})
