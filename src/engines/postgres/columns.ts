/** PostgreSQL types of columns that records are kept in. */
type Type = 'uuid' | 'text' | 'integer' | 'bigint' | 'boolean' | 'jsonb' | 'timestamptz'

/** The column of each member of a record, and its type. A member left out is a type error. */
export type Columns<R> = { readonly [K in keyof R]-?: readonly [column: string, type: Type] }

/** A value as it is bound: instants are epoch milliseconds in a record, and what is not flat is JSON. */
const boundAs = (type: Type, value: unknown): unknown => {
  if (value === null) return null
  if (type === 'jsonb') return JSON.stringify(value)
  return type === 'timestamptz' ? new Date(value as number) : value
}

/**
 * The columns of a table, said once: a member that is added to a record is added here, and every statement made of these parts reads
 * and writes it.
 */
export const columnsOf = <R extends object>(columns: Columns<R>) => {
  const all = Object.entries(columns) as [keyof R & string, readonly [string, Type]][]
  return {
    /** For SELECT, by the names of the members: `id, category_id AS "categoryId"`. */
    selected: all.map(([member, [column]]) => (member === column ? column : `${column} AS "${member}"`)).join(', '),
    /** In order: `id, category_id`. */
    names: all.map(([, [column]]) => column).join(', '),
    /** For ON CONFLICT DO UPDATE: each column but those of `keys` as it was to be inserted. */
    excluded: (...keys: readonly (keyof R)[]): string =>
      all.flatMap(([member, [column]]) => (keys.includes(member) ? [] : [`${column} = excluded.${column}`])).join(', '),
    /** Arrays for unnest, one for each column, beginning with parameter `first`: `$1::uuid[], $2::text[]`. */
    arrays: (first = 1): string => all.map(([, [, type]], i) => `$${first + i}::${type}[]`).join(', '),
    /** The values of `arrays`. */
    valuesOf: (records: readonly R[]): readonly unknown[][] =>
      all.map(([member, [, type]]) => records.map((each) => boundAs(type, each[member]))),
    /** For UPDATE: each column but those of `keys`, beginning with parameter `first`: `name = $1, …`. */
    set: (keys: readonly (keyof R)[], first = 1): string =>
      all
        .filter(([member]) => !keys.includes(member))
        .map(([, [column, type]], i) => `${column} = $${first + i}::${type}`)
        .join(', '),
    /** The values of `set`. */
    setValuesOf: (keys: readonly (keyof R)[], record: R): readonly unknown[] =>
      all.filter(([member]) => !keys.includes(member)).map(([member, [, type]]) => boundAs(type, record[member])),
  }
}
