import type { ServiceDefinition } from '#kernel/service.ts'
import type { Database, Queryable, Statement, Tx } from '#kernel/store.ts'

/** What is poisoned now: statements that carry `value` in their parameters, where their text is as told. */
export interface Poison {
  readonly value: string
  readonly statement: RegExp
}

/** Poisons what one input brings: in its place the store gets a statement that really fails there. */
export interface Poisoner {
  set(poison: Poison): void
  clear(): void
  /** Statements that were replaced since it was set. */
  readonly hits: () => number
  /** The service on a store that the poison reaches. */
  reaching(definition: ServiceDefinition<any>): ServiceDefinition<any>
  /** A store that the poison reaches. */
  database(of: Database): Database
}

const FAILING: Statement = { text: 'SELECT 1 / 0 AS poisoned', values: [] }

export const poisoner = (): Poisoner => {
  let poison: Poison | undefined
  let hits = 0

  const replaced = (statement: Statement): Statement => {
    if (!poison?.statement.test(statement.text)) return statement
    if (!JSON.stringify(statement.values).includes(poison.value)) return statement
    hits++
    return FAILING
  }
  const reached = <Q extends Queryable>(of: Q): Q => ({
    ...of,
    query: (statement: Statement) => of.query(replaced(statement)),
  })
  const database = (of: Database): Database => ({
    ...reached(of),
    tx: (name, work) => of.tx(name, (tx) => work(reached<Tx>(tx))),
  })

  return {
    set: (given) => {
      poison = given
      hits = 0
    },
    clear: () => void (poison = undefined),
    hits: () => hits,
    reaching: (definition) => ({
      ...definition,
      build: (tools) => definition.build({ ...tools, db: database(tools.db) }),
    }),
    database,
  }
}
