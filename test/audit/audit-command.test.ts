import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { connect, fromUrl } from '#engines/postgres/connection/connection.ts'
import { placeOrder, putOnSale, signInStaff, signUp } from '../support/client.ts'
import { startTestShop } from '../support/shop.ts'

const running = await startTestShop()
const folder = mkdtempSync(join(tmpdir(), 'jangteo-audit-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The command as a process of its own, as an operator would run it. */
const run = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, ['src/main.ts', 'audit', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text))
  const [code] = await once(child, 'close')
  return { code, out, err }
}

describe('npm run audit', () => {
  const env = { DATABASE_URL: running.databaseUrl }
  const idsIn = (name: string, ids: readonly string[]): string => {
    const path = join(folder, name)
    writeFileSync(path, `${ids.join('\n')}\n`)
    return path
  }

  test('looks into a shop that runs, prints a table and ends well', async () => {
    const { skuId } = await putOnSale(await signInStaff(running.origin), 3)
    const order = await placeOrder(await signUp(running.origin), skuId)
    const { code, out, err } = await run(['--acknowledged', idsIn('known', [order.id])], env)
    assert.equal(code, 0, out + err)
    assert.match(out, /✔ an order that was acknowledged exists +1 +0 +0/)
    assert.match(out, /All \d+ invariants hold/)
  })

  test('reports what a person should put right by its id, and ends well all the same', async () => {
    const db = await connect(fromUrl(running.databaseUrl), 'planting')
    await db.query(`
      INSERT INTO jt_product.category VALUES ('odd-name', '가' || chr(8203), 'Odd', NULL, 0, 1);
      INSERT INTO jt_catalog.category VALUES ('odd-name', '가' || chr(8203), 'Odd', NULL, 0)`)
    const { code, out } = await run([], env)
    const report = JSON.parse((await run(['--json'], env)).out)
    await db.query(`
      DELETE FROM jt_product.category WHERE id = 'odd-name';
      DELETE FROM jt_catalog.category WHERE id = 'odd-name'`)
    await db.end()
    assert.equal(code, 0, out)
    assert.match(
      out,
      /! names of categories are plain text: 1 to put right\n +odd-name: name: invisible_characters \(U\+200B\)/,
    )
    assert.match(out, /For a person to put right, though no promise is broken: 1\./)
    assert.deepEqual([report.violations, report.advisories], [0, 1])
  })

  test('ends with 1 on a violation, and tells it in JSON too', async () => {
    const lost = '01990000-0000-7000-8000-000000000000'
    const { code, out } = await run(['--json', '--acknowledged', idsIn('lost', [lost])], env)
    assert.equal(code, 1)
    const report = JSON.parse(out)
    assert.equal(report.violations, 1)
    assert.deepEqual(
      report.findings.flatMap((each: { listed: { id: string }[] }) => each.listed.map(({ id }) => id)),
      [lost],
    )
  })

  test('says in a sentence what it cannot do', async () => {
    const nothing = await run([], { DATABASE_URL: '', JANGTEO_DATA: join(folder, 'none') })
    assert.equal(nothing.code, 1)
    assert.match(nothing.err, /^There is no shop in/)
    const strange = await run(['--acknowledged', idsIn('strange', ['order 17'])], env)
    assert.match(strange.err, /"order 17", which is no id of an order/)
    const none = await run(['--acknowledged', '/nowhere/ids'], env)
    assert.match(none.err, /^\/nowhere\/ids cannot be read: ENOENT.*\n$/)
    assert.match((await run(['--grace', 'long'], env)).err, /--grace is "long": give a whole number of seconds/)
  })
})
