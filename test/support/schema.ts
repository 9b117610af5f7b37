import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PostgresDatabase } from '#engines/postgres/database.ts'
import { migrate } from '#engines/postgres/schema/migrate.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import type { Queryable, Statement } from '#kernel/store.ts'
import { freshStores } from './stores.ts'

/** Columns of a row by name; arrays are given as PostgreSQL literals. */
export type Row = Readonly<Record<string, unknown>>

/** A store of a service with all its migrations, in a database of the test's own. Call it at the top of a file or in `before`. */
export const freshSchema = async (service: string): Promise<PostgresDatabase> => {
  const stores = await freshStores([service])
  const migrations = new URL(`../../src/services/${service}/migrations/`, import.meta.url)
  await migrate(serviceConnection(stores.admin, service), service, migrations)
  return stores.open(service)
}

/** Inserts a row. */
export const insert = (table: string, row: Row): Statement => {
  const names = Object.keys(row)
  const places = names.map((_, i) => `$${i + 1}`).join(', ')
  return { text: `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`, values: Object.values(row) }
}

/** SQLSTATEs of what a schema refuses. */
export const CHECK = '23514'
export const UNIQUE = '23505'

/** Fails unless the database takes rows of `table`, and refuses each that differs as `wrong` says. Whoever writes them. */
export const refuses = (
  db: () => Queryable,
  table: string,
  row: () => Row,
  code: typeof CHECK | typeof UNIQUE,
  wrong: Readonly<Record<string, (row: Row) => Row>>,
): void => {
  for (const [what, differently] of Object.entries(wrong))
    test(`${table}: ${what}`, async () => {
      const good = row()
      await db().query(insert(table, good))
      await assert.rejects(db().query(insert(table, { ...(code === CHECK ? row() : good), ...differently(good) })), {
        code,
      })
    })
}
