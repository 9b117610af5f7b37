import { piecesOf } from './statements.ts'

/** A column as the migrations have left it. */
export interface Column {
  readonly type: string
  required: boolean
  /** Values a CHECK allows, where it lists them. */
  values?: readonly string[]
  key?: 'primary' | 'unique'
  references?: string
  readonly comment: string
}

/** A table as the migrations have left it. */
export interface Table {
  readonly comment: string
  readonly columns: Map<string, Column>
  /** Columns of unique indexes, with the condition they hold under. */
  readonly unique: Map<string, string>
}

export type Schema = Map<string, Table>

const AFTER_TYPE = /\s+(?:NOT|NULL|DEFAULT|PRIMARY|UNIQUE|REFERENCES|CHECK|GENERATED|CONSTRAINT|COLLATE)\b/
const TABLE_CONSTRAINT = /^(?:CONSTRAINT|PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK)\b/

const oneLine = (text: string): string => text.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim()

/** A text without what stands in parentheses. */
const outside = (text: string): string => {
  let depth = 0
  return [...text]
    .filter((char) => {
      if (char === '(') depth++
      if (char === ')') depth--
      return depth === 0 && char !== ')'
    })
    .join('')
}

/** What stands in the first parentheses of a text. */
const inside = (text: string): string => {
  const from = text.indexOf('(')
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return text.slice(from + 1, at)
  }
  throw new SyntaxError(`No closing parenthesis: ${text.slice(0, 60)}`)
}

const names = (list: string): readonly string[] => list.split(',').map((each) => each.trim())

/** The values a CHECK lists for one column. */
const listed = (check: string): { column: string; values: readonly string[] } | undefined => {
  const found = /CHECK \( ?(\w+) IN \(([^()]*)\) ?\)/.exec(check)
  return found ? { column: found[1]!, values: names(found[2]!).map((each) => each.replaceAll("'", '')) } : undefined
}

const constrain = (table: Table, constraint: string): void => {
  const column = (name: string): Column => {
    const found = table.columns.get(name)
    if (!found) throw new SyntaxError(`No column ${name}: ${constraint}`)
    return found
  }
  const text = constraint.replace(/^CONSTRAINT \w+ /, '')
  if (text.startsWith('PRIMARY KEY'))
    for (const each of names(inside(text))) Object.assign(column(each), { key: 'primary', required: true })
  else if (text.startsWith('UNIQUE')) table.unique.set(names(inside(text)).join(', '), '')
  else if (text.startsWith('FOREIGN KEY'))
    for (const each of names(inside(text))) column(each).references = /REFERENCES (\w+)/.exec(text)![1]!
  else {
    const values = listed(text)
    if (values) column(values.column).values = values.values
  }
}

const addColumn = (table: Table, definition: string, comment: string): void => {
  const [, name, rest] = /^(\w+) (.*)$/.exec(definition)!
  const type = rest!.split(AFTER_TYPE, 1)[0]!
  const more = rest!.slice(type.length)
  const column: Column = { type, required: /NOT NULL|PRIMARY KEY|GENERATED ALWAYS/.test(outside(more)), comment }
  table.columns.set(name!, column)
  if (more.includes('PRIMARY KEY')) column.key = 'primary'
  else if (/\bUNIQUE\b/.test(more)) column.key = 'unique'
  const references = /REFERENCES (\w+)/.exec(more)?.[1]
  if (references !== undefined) column.references = references
  const values = listed(more)
  if (values) column.values = values.values
}

const createTable = (text: string, comment: string): Table => {
  const table: Table = { comment, columns: new Map(), unique: new Map() }
  const pieces = piecesOf(inside(text), ',').map((each) => ({ ...each, text: oneLine(each.text) }))
  for (const each of pieces) if (!TABLE_CONSTRAINT.test(each.text)) addColumn(table, each.text, each.comment)
  for (const each of pieces) if (TABLE_CONSTRAINT.test(each.text)) constrain(table, each.text)
  return table
}

/** Actions of ALTER TABLE that change nothing a reader of the data model sees. */
const UNSEEN = /^(?:VALIDATE CONSTRAINT|ALTER COLUMN \w+ (?:SET|DROP) (?:DEFAULT|STATISTICS)|SET \()/

const alterTable = (table: Table, actions: string, comment: string): void => {
  for (const [index, piece] of piecesOf(actions, ',').entries()) {
    const text = oneLine(piece.text)
    const about = piece.comment || (index === 0 ? comment : '')
    if (/^ADD CONSTRAINT\b/.test(text)) constrain(table, text.slice('ADD '.length))
    else if (/^ADD COLUMN\b/.test(text)) addColumn(table, text.replace(/^ADD COLUMN (?:IF NOT EXISTS )?/, ''), about)
    else if (/^DROP CONSTRAINT (?:IF EXISTS )?\w+_check\b/.test(text)) {
      for (const [name, column] of table.columns) if (text.includes(`_${name}_check`)) delete column.values
    } else if (/^RENAME COLUMN\b/.test(text)) {
      const [, from, to] = /^RENAME COLUMN (\w+) TO (\w+)$/.exec(text)!
      const renamed = [...table.columns].map(([name, column]) => [name === from ? to! : name, column] as const)
      table.columns.clear()
      for (const [name, column] of renamed) table.columns.set(name, column)
    } else if (/^DROP COLUMN\b/.test(text))
      table.columns.delete(text.replace(/^DROP COLUMN (?:IF EXISTS )?/, '').split(' ')[0]!)
    else if (/^ALTER COLUMN \w+ (?:SET|DROP) NOT NULL/.test(text)) {
      const name = text.split(' ')[2]!
      table.columns.set(name, { ...table.columns.get(name)!, required: text.includes(' SET ') })
    } else if (!UNSEEN.test(text)) throw new SyntaxError(`The data model cannot read: ALTER TABLE … ${text}`)
  }
}

/** What does not change tables: the data model passes over it. */
const ELSEWHERE =
  /^(?:CREATE (?:OR REPLACE )?(?:FUNCTION|TRIGGER|SEQUENCE|INDEX)|DROP (?:INDEX|FUNCTION|TRIGGER|SEQUENCE)|GRANT|REVOKE|INSERT|UPDATE|DELETE|WITH|SELECT|ANALYZE|COMMENT|ALTER (?:INDEX|SEQUENCE|FUNCTION))\b/

/**
 * Applies a migration to a schema: tables, columns, keys and the comments beside them. Throws a SyntaxError for a statement
 * it does not know, so that nothing is left out unseen.
 */
export const applyMigration = (schema: Schema, sql: string): void => {
  const tableOf = (name: string): Table => {
    const found = schema.get(name)
    if (!found) throw new SyntaxError(`No table ${name}`)
    return found
  }
  for (const { text, comment } of piecesOf(sql, ';')) {
    const line = oneLine(text)
    const created = /^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)/.exec(line)
    const altered = /^ALTER TABLE (?:ONLY )?(\w+)\s/.exec(line)
    const unique = /^CREATE UNIQUE INDEX \w+ ON (\w+) /.exec(line)
    const renamed = /^ALTER TABLE (\w+) RENAME TO (\w+)$/.exec(line)
    const dropped = /^DROP TABLE (?:IF EXISTS )?(\w+)/.exec(line)
    if (created) schema.set(created[1]!, createTable(text, comment))
    else if (renamed) {
      schema.set(renamed[2]!, tableOf(renamed[1]!))
      schema.delete(renamed[1]!)
    } else if (altered)
      alterTable(tableOf(altered[1]!), text.replace(/^ALTER\s+TABLE\s+(?:ONLY\s+)?\w+\s/, ''), comment)
    else if (unique) tableOf(unique[1]!).unique.set(inside(line), / WHERE (.*)$/.exec(line)?.[1] ?? '')
    else if (dropped) schema.delete(dropped[1]!)
    else if (!ELSEWHERE.test(line)) throw new SyntaxError(`The data model cannot read: ${line.slice(0, 80)}`)
  }
}
