import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { commonFaults } from '#kernel/faults.ts'
import { usage } from '#src/commands/line/usage.ts'
import { startTestShop } from '#test/support/shop.ts'
import { logTables, schemasOf } from '../../scripts/data-model/document.ts'
import { knownMetrics, namedMetrics } from '../deploy/rules.ts'

// Who is woken at night follows docs/operations.md word by word: each of its words is looked up where it must be.

const read = (path: string): string => readFileSync(path, 'utf8')
const operations = read('docs/operations.md')
const runbook = operations.slice(operations.indexOf('\n## Alerts\n'))
/** What stands between back-ticks, one line or two. */
const marked = [...runbook.matchAll(/`([^`]+)`/g)].map((each) => each[1]!.replace(/\s+/g, ' '))
const quoted = [...runbook.matchAll(/[“"]([^”"`]+)[”"]/g)].map((each) => each[1]!.replace(/\s+/g, ' '))

// A search engine that is away: the shop tells how it does without.
let running: Awaited<ReturnType<typeof startTestShop>>
let db: pg.Client
before(async () => {
  running = await startTestShop({ env: { OPENSEARCH_URL: 'http://127.0.0.1:9' } })
  db = new pg.Client({ connectionString: running.databaseUrl })
  // The database goes away with the shop, which may be before this connection.
  db.on('error', () => {})
  await db.connect()
})
after(async () => {
  await db.end()
  await running.stop()
})

const missing = (names: readonly string[], isThere: (name: string) => boolean): readonly string[] => {
  assert.ok(names.length > 0, 'the runbook names none: is it still read rightly?')
  return [...new Set(names)].filter((each) => !isThere(each))
}

describe('The runbook names only what is there', () => {
  test('every metric, there and in the rest of the documents, is one the shop tells', async () => {
    const known = await knownMetrics(running.origin)
    const documents = globSync('{README,docs/*,docs/decisions/*}.md')
    assert.ok(documents.length > 20)
    // What the playbook calls its variables, and the names of cookies.
    const others = new Set(['jangteo_version', 'jangteo_archive', 'jangteo_access', 'jangteo_refresh'])
    // A document may name a histogram as a whole, and several metrics by what they begin with.
    const isThere = (name: string): boolean =>
      name.endsWith('_')
        ? [...known].some((each) => each.startsWith(name))
        : known.has(name) || known.has(`${name}_count`) || others.has(name)
    const unknown = documents.flatMap((path) =>
      namedMetrics(read(path))
        .filter((name) => !isThere(name))
        .map((name) => `${path}: ${name}`),
    )
    assert.equal(isThere('jangteo_orders_total'), false)
    assert.deepEqual(unknown, [])
  })

  test('every query runs', async () => {
    for (const query of marked.filter((each) => each.startsWith('SELECT ')))
      await assert.doesNotReject(db.query(query), query)
    assert.ok(marked.filter((each) => each.startsWith('SELECT ')).length > 2)
  })

  test('every block of SQL in the documents runs', async () => {
    const blocks = globSync('docs/*.md').flatMap((path) =>
      [...read(path).matchAll(/```sql\n([\s\S]*?)```/g)].map((each) => each[1]!),
    )
    assert.ok(blocks.length > 0)
    for (const block of blocks) {
      await db.query('BEGIN')
      await assert.doesNotReject(db.query(block), block)
      await db.query('ROLLBACK')
    }
  })

  test('every table, and every column named beside one, is there', async () => {
    const { rows } = await db.query(
      `SELECT table_schema || '.' || table_name AS of, column_name AS name FROM information_schema.columns
       WHERE table_schema LIKE 'jt\\_%' OR table_name = 'pg_stat_activity'`,
    )
    const tables = new Set(rows.map((each) => each.of))
    const columns = new Set(rows.map((each) => each.name))
    assert.deepEqual(
      missing(
        marked.filter((each) => /^jt_\w+\.\w+$/.test(each)),
        (each) => tables.has(each),
      ),
      [],
    )
    const named = marked.filter((each) => /^[a-z]+_[a-z_]+$/.test(each) && !each.startsWith('jangteo_'))
    const others = new Set(['exported_instance', 'pg_stat_activity'])
    assert.deepEqual(
      missing(named, (each) => columns.has(each) || others.has(each)),
      [],
    )
  })

  test('the data model has the tables and columns of the database', async () => {
    const root = `${process.cwd()}/`
    const described = [...schemasOf(root)].flatMap(([service, schema]) =>
      [...schema, ...logTables(root)].flatMap(([table, { columns }]) =>
        [...columns].map(([name, { required }]) => `jt_${service}.${table}.${name}${required ? ' NOT NULL' : ''}`),
      ),
    )
    const { rows } = await db.query(
      `SELECT table_schema || '.' || table_name || '.' || column_name
         || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END AS name
       FROM information_schema.columns
       WHERE table_schema = ANY ($1) AND table_name <> 'migration'`,
      [[...schemasOf(root).keys()].map((each) => `jt_${each}`)],
    )
    const [says, has] = [new Set(described), new Set(rows.map((each) => each.name as string))]
    assert.deepEqual({ only: [...says.difference(has)], not: [...has.difference(says)] }, { only: [], not: [] })
    assert.ok(has.size > 300)
  })

  test('connections of services can be told apart, as the runbook has it', async () => {
    const { rows } = await db.query(`SELECT DISTINCT application_name AS name FROM pg_stat_activity`)
    assert.ok(
      rows.some((each) => /\border\b/.test(each.name)),
      JSON.stringify(rows),
    )
  })

  test('every command is one', () => {
    const commands = [...operations.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map((each) => each[1]!)
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    assert.deepEqual(
      missing(commands, (each) => each in scripts),
      [],
    )
    assert.deepEqual(
      missing(
        marked.filter((each) => ['show', 'redrive'].includes(each)),
        (each) => usage['dead-letters'].includes(each),
      ),
      [],
    )
  })

  test('every sweep is one', () => {
    const sweeps = running.host.services.flatMap(({ definition, built }) =>
      (built.sweeps ?? []).map((each) => `${definition.contract.name}.${each.name}`),
    )
    const named = marked.filter(
      (each) => /^(product|payment|order|auth|email|member)\.\w+$/.test(each) && each !== 'order.relay',
    )
    assert.deepEqual(
      missing(named, (each) => sweeps.includes(each)),
      [],
    )
  })

  test('every panel and every line of a log is found in the dashboard or in the code', () => {
    const panels = read('deploy/observe/grafana/jangteo.json')
    const code = globSync('{src,web}/**/*.{ts,tsx}')
      .filter((path) => !path.includes('.test.'))
      .map(read)
    const codes = new Set(commonFaults.map((each) => each.code))
    const isThere = (text: string): boolean =>
      panels.includes(`"title": "${text}`) || codes.has(text) || code.some((each) => each.includes(text))
    assert.deepEqual(missing(quoted, isThere), [])
    assert.equal(isThere('A panel that nobody drew'), false)
  })
})
