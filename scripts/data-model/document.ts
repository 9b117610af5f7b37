import { globSync, readFileSync } from 'node:fs'
import { applyMigration, type Column, type Schema, type Table } from './schema.ts'

/** What tables are for whose migrations have no comment on them. A new table says it in a comment before CREATE TABLE. */
const purposes: Readonly<Record<string, string>> = {
  'auth.staff_role': 'Roles of staff members.',
  'cart.cart': 'The cart of a member or a guest.',
  'cart.cart_item': 'A SKU in a cart.',
  'catalog.category': 'Read model of the categories.',
  'catalog.product': 'Read model of a product as lists show it, folded from the events of `product` and `order`.',
  'catalog.unindexed': 'Products and categories the search index has yet to take in.',
  'log.outbox': 'Events this service emitted, in the order they are read.',
  'member.address': "A member's shipping addresses.",
  'order.orders': 'An order and where it stands.',
  'order.order_line': 'A line of an order: the SKU as it was sold.',
  'payment.refund': 'A refund of a payment, stored before the provider is asked for it.',
  'product.category': 'The tree of categories, three levels at most.',
  'product.product': 'A product as staff keep it; what is bought of it are its SKUs.',
}

const migrationsIn = (root: string, folder: string): readonly string[] =>
  globSync(`${folder}/*.sql`, { cwd: root })
    .sort()
    .map((path) => readFileSync(`${root}${path}`, 'utf8'))

const schemaOf = (root: string, folder: string): Schema => {
  const schema: Schema = new Map()
  for (const sql of migrationsIn(root, folder)) applyMigration(schema, sql)
  return schema
}

/** The tables every service has for its events. */
export const logTables = (root: string): Schema => schemaOf(root, 'src/engines/postgres/platform')

/** The tables of each service, read from its migrations, in alphabetical order of the services. */
export const schemasOf = (root: string): ReadonlyMap<string, Schema> =>
  new Map(
    globSync('src/services/*/migrations', { cwd: root })
      .map((path) => path.split('/')[2]!)
      .sort()
      .map((service) => [service, schemaOf(root, `src/services/${service}/migrations`)]),
  )

const cell = (text: string): string => text.replaceAll('|', '\\|')

const rowOf = (name: string, column: Column, table: Table): string => {
  const notes = [
    column.key === 'primary' && 'primary key',
    (column.key === 'unique' || table.unique.get(name) === '') && 'unique',
    column.references !== undefined && `→ \`${column.references}\``,
    !column.required && 'may be empty',
  ].filter(Boolean)
  const values = column.values ? `One of ${column.values.map((each) => `\`${each}\``).join(', ')}` : ''
  const about = [column.comment, values && `${values}.`].filter(Boolean).join(' ')
  return `| \`${name}\` | ${column.type} | ${notes.join(', ')} | ${cell(about)} |`
}

const tableOf = (name: string, table: Table, service: string): string => {
  const purpose = purposes[`${service}.${name}`] ?? table.comment
  if (purpose === '')
    throw new Error(
      `${service}.${name} has no purpose: begin its CREATE TABLE with a comment that says what it is for.`,
    )
  const unique = [...table.unique]
    .filter(([columns, condition]) => columns.includes(',') || condition !== '')
    .map(([columns, condition]) => `Unique: \`${columns}\`${condition && ` where \`${condition}\``}.`)
  const rows = [...table.columns].map(([column, each]) => rowOf(column, each, table))
  const title = service === 'log' ? name : `${service}.${name}`
  return `### ${title}

${[purpose, ...unique].join(' ')}

| column | type | | |
|---|---|---|---|
${rows.join('\n')}`
}

const partOf = (service: string, schema: Schema): string =>
  [...schema].map(([name, table]) => tableOf(name, table, service)).join('\n\n')

/** `docs/data-model.md`, written from the migrations. */
export const dataModelDocument = (root: string): string => {
  const schemas = schemasOf(root)
  return `# Data model

Written from the migrations by \`node scripts/documents.ts\`; a test keeps the two alike. For looking things up, not for reading
through.

Each service has a schema, \`jt_order\` for \`order\`, and a role that sees no other
([why](decisions/0032-a-schema-and-a-role-for-each-service.md)), so no key leads from one service to another: such a column is
an id only. Money is \`bigint\`, in won; instants are \`timestamptz\`. A column is required where it does not say that it may be
empty. What stands here of a table or column is the comment beside it in its migration.

Tables of the services: ${[...schemas.keys()].map((each) => `[${each}](#${each})`).join(' · ')};
in each schema also [those of events](#events-in-every-schema).

${[...schemas].map(([service, schema]) => `## ${service}\n\n${partOf(service, schema)}`).join('\n\n')}

## Events, in every schema

Each schema has these as well. What they do: [life of an event](life-of-an-event.md).

${partOf('log', logTables(root))}
`
}
