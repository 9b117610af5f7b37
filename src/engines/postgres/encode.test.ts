import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { connect } from './connection/connection.ts'
import { freshDatabase } from './embedded/database.fixture.ts'
import { sql } from './sql.ts'

const { connection } = await freshDatabase()
const client = await connect(connection, 'encode test')
after(() => client.end())

const echo = async (statement: ReturnType<typeof sql>): Promise<unknown> =>
  (await client.query({ text: statement.text, values: [...statement.values] })).rows[0].it

const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\u0000') && each.isWellFormed())

test('arrays of texts come back as they were, whatever is in them', async () => {
  const awkward = ['', 'NULL', 'null', '"', '\\', '{}', ',', ' ', '\n', '가나다', '👍', "'", '$1', '\\"']
  assert.deepEqual(await echo(sql`SELECT ${awkward}::text[] AS it`), awkward)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text)), async (given) => {
      assert.deepEqual(await echo(sql`SELECT ${given}::text[] AS it`), given)
    }),
    { numRuns: 60 },
  )
})

test('arrays of numbers, booleans, instants, bytes and documents come back as they were', async () => {
  assert.deepEqual(await echo(sql`SELECT ${[1, -2, null]}::int[] AS it`), [1, -2, null])
  assert.deepEqual(await echo(sql`SELECT ${[true, false]}::boolean[] AS it`), [true, false])
  const at = new Date(1_795_000_000_123)
  assert.equal(
    await echo(sql`SELECT extract(epoch FROM (${[at]}::timestamptz[])[1])::float8 * 1000 AS it`),
    at.getTime(),
  )
  assert.equal(await echo(sql`SELECT extract(epoch FROM ${at}::timestamptz)::float8 * 1000 AS it`), at.getTime())
  assert.deepEqual(
    await echo(sql`SELECT (${[Buffer.from([0, 255, 34])]}::bytea[])[1] AS it`),
    Buffer.from([0, 255, 34]),
  )
  const documents = [{ a: '"\\' }, { b: [1, null] }]
  assert.deepEqual(await echo(sql`SELECT to_jsonb(${documents}::jsonb[]) AS it`), documents)
  const written = documents.map((each) => JSON.stringify(each))
  assert.deepEqual(await echo(sql`SELECT to_jsonb(${written}::jsonb[]) AS it`), documents)
})
