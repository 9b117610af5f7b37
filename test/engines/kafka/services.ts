import { z } from 'zod'
import { contract, event } from '#kernel/contract.ts'
import { consumer, onMany, service, type ServiceDefinition } from '#kernel/service.ts'
import { sql } from '#engines/postgres/sql.ts'

const payload = z.object({ key: z.string(), n: z.int() })
export const happened = event('alpha.happened', { version: 1, key: 'key', payload, summary: 'Something.' })
export const ignored = event('alpha.ignored', { version: 1, key: 'key', payload, summary: 'Of no interest.' })

/** A service that tells things. */
export const alpha = service(contract('alpha', {}), { emits: [happened, ignored] }, () => ({ operations: {} }))

/** A service that writes down what it hears; `fails` may say why it cannot. */
export const betaOf = (fails: (key: string, n: number) => unknown = () => undefined): ServiceDefinition<any> =>
  service(contract('beta', {}), { consumes: { notes: [happened] } }, ({ db }) => ({
    operations: {},
    start: async () =>
      void (await db.query(
        sql`CREATE TABLE IF NOT EXISTS seen (place bigint GENERATED ALWAYS AS IDENTITY, key text, n int)`,
      )),
    consumers: [
      consumer('notes', [
        onMany(happened, async (events, tx) => {
          const told = events.map(({ payload }) => payload)
          await tx.query(sql`
            INSERT INTO seen (key, n)
            SELECT key, n FROM unnest(${told.map((each) => each.key)}::text[], ${told.map((each) => each.n)}::int[])
              WITH ORDINALITY AS given (key, n, place)
            ORDER BY place`)
          for (const { key, n } of told) {
            const error = fails(key, n)
            if (error) throw error
          }
        }),
      ]),
    ],
  }))
