import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Costs, TopologyCosts } from '../costs/costs.ts'
import { perProcess, perPurchase } from '../costs/tables.ts'
import { readCosts } from './costs-file.ts'
import { fullAt, hotTable, needsTable } from './plan.ts'
import { check, checkTable } from './predict.ts'

// docs/scale.md: its words are written by hand, its tables between marks by this from bench/scale/costs.json.

const DOCUMENT = fileURLToPath(new URL('../../docs/scale.md', import.meta.url))

/** Cores others may take before that is said. */
const BESIDE_OTHERS = 0.3

const where = ({ date, machine, node, flushMs, topologies }: Costs): string => {
  const others = Math.max(...topologies.flatMap(({ levels }) => levels.map((each) => each.othersBusy)))
  return (
    `Measured ${date} UTC on ${machine.cores} cores (${machine.processor}, ${(machine.memory / 2 ** 30).toFixed(0)} GiB) ` +
    `that customers, simulators, shop and database share; Node ${node.slice(1)}; forcing 8 KiB to the disk takes ` +
    `${flushMs.toFixed(2)} ms. Others kept at most ${others.toFixed(2)} cores busy meanwhile` +
    (others > BESIDE_OTHERS
      ? ': **these figures were taken beside other work, slower and dearer than they are alone.**'
      : '.')
  )
}

/** The topology that plans are made of: hosts on PostgreSQL alone. */
const onHosts = ({ topologies }: Costs): TopologyCosts =>
  topologies.find((each) => each.topology === 'hosts') ?? topologies[0]!

/** What stands between the marks of the document. */
export const scaleTables = (costs: Costs): Readonly<Record<string, string>> => ({
  where: where(costs),
  purchase: perPurchase(costs),
  processes: costs.topologies.map(perProcess).join('\n\n'),
  check: checkTable(check(costs)),
  full: fullAt(onHosts(costs)),
  hot: hotTable(onHosts(costs)),
  needs: needsTable(onHosts(costs)),
})

/** The document `path` with the tables in their places. Throws where a table has no place, or a place no table. */
export const filled = (text: string, tables: Readonly<Record<string, string>>, path = 'docs/scale.md'): string => {
  const left = new Set(Object.keys(tables))
  const done = text.replaceAll(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      if (!left.delete(name)) throw new Error(`${path} has a place for ${name}, which is no table or has one`)
      return `${begin}\n${tables[name]}\n\n${end}`
    },
  )
  if (left.size > 0) throw new Error(`${path} has no place for ${[...left].join(', ')}`)
  return done
}

export const readScaleDocument = (): string => readFileSync(DOCUMENT, 'utf8')

/** Makes the tables of docs/scale.md those of the measurements. */
export const updateScaleDocument = (): void =>
  writeFileSync(DOCUMENT, filled(readScaleDocument(), scaleTables(readCosts())))
