import { writeFileSync } from 'node:fs'
import { scriptOptions } from '#src/commands/line/common-options.ts'
import { tellCosts } from './costs/main.ts'
import { internalCall } from './inside.ts'
import { run, type Run } from './run.ts'
import { addToCart, completePurchase, hotSku, placeOrder } from './scenarios/buying.ts'
import { productDetail, productList, suggestion } from './scenarios/reading.ts'
import { insideOf, sideBySide, tableOf } from './tables.ts'
import { topologies } from './topologies.ts'

// npm run bench [-- --topology NAME,NAME --only NAME --seconds N --warm N --connections N --json FILE]: a fresh shop, driven
// over its public API, every outcome asserted, audited afterwards. Each scenario runs for some seconds before it is measured: figures
// are those of a shop that has been open for a while. Beside each the limit measured in the same run; of several topologies
// one after another, side by side. With --costs: what a purchase costs, by process and resource.

const USAGE = `npm run bench [-- --topology NAME,NAME --only NAME --seconds N --warm N --connections N --json FILE --costs --write]:
measures, audits, and compares with the limits of the same machine
  --topology NAME,…    ${Object.keys(topologies).join(', ')} (one)
  --only NAME          only scenarios whose names have this
  --seconds N          how long each is measured (6), after --warm N seconds (10), by --connections N (128)
  --json FILE          the figures as JSON
  --costs              what a purchase costs, by process and resource; --write puts it into the documents`
const { values } = scriptOptions(USAGE, {
  topology: { type: 'string', default: 'one' },
  only: { type: 'string' },
  json: { type: 'string' },
  seconds: { type: 'string', default: '6' },
  warm: { type: 'string', default: '10' },
  connections: { type: 'string', default: '128' },
  costs: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
})

const refuse = (line: string): never => {
  console.error(line)
  process.exit(2)
}

const scenarios = [productList, productDetail, suggestion, addToCart, placeOrder, completePurchase, hotSku]
const chosen = scenarios.filter(({ name }) => !values.only || name.includes(values.only))
if (chosen.length === 0)
  refuse(`No scenario is called ${values.only}. There are: ${scenarios.map((each) => each.name).join(', ')}.`)
const named = values.topology.split(',')
const unknown = named.find((each) => !Object.hasOwn(topologies, each))
if (unknown !== undefined) refuse(`No topology is called ${unknown}. There are: ${Object.keys(topologies).join(', ')}.`)

const say = (line: string): void => void process.stderr.write(`${line}\n`)
if (values.costs) {
  const { json, write, seconds } = values
  await tellCosts({ topologies: named, seconds: Number(seconds), json, write, say })
  process.exit(0)
}
const runs: Run[] = []
for (const topology of named) {
  const done = await run(topology, chosen, {
    seconds: Number(values.seconds),
    warm: Number(values.warm),
    connections: Number(values.connections),
    say,
  })
  if (!done) {
    console.error(`The audit found violations (${topology}): there are no figures.`)
    process.exit(1)
  }
  runs.push(done)
}
const call = runs.some((each) => each.reservation) ? internalCall() : undefined

for (const each of runs) {
  if (runs.length > 1) console.log(`\n${each.topology}`)
  console.table(tableOf(each))
}
if (runs.length > 1) console.table(sideBySide(runs))
if (call) for (const line of insideOf(runs, call)) console.log(line)
if (values.json) {
  // One host alone is written as it always was: the README is made of it.
  const [only] = runs
  const told = runs.length === 1 && !call ? only!.rows : { runs, ...(call && { call }) }
  writeFileSync(values.json, `${JSON.stringify(told, undefined, 2)}\n`)
}
process.exit(0)
