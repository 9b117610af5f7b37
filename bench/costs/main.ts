import { writeFileSync } from 'node:fs'
import { updateScaleDocument } from '../scale/document.ts'
import { COSTS } from '../scale/costs-file.ts'
import { measureCosts } from './measure.ts'
import { costTables } from './tables.ts'

const LEVELS = [1, 16, 128]

/**
 * What a purchase costs, measured and told: `npm run bench -- --costs [--topology …] [--seconds N] [--json FILE] [--write]`.
 * With `--write` the file the model is made of and the tables of docs/scale.md become what was measured.
 */
export const tellCosts = async (given: {
  readonly topologies: readonly string[]
  readonly seconds: number
  readonly json?: string | undefined
  readonly write: boolean
  readonly say: (line: string) => void
}): Promise<void> => {
  const costs = await measureCosts(given.topologies, { levels: LEVELS, seconds: given.seconds, say: given.say })
  for (const each of costTables(costs)) console.log(`${each}\n`)
  const text = `${JSON.stringify(costs, undefined, 2)}\n`
  if (given.json) writeFileSync(given.json, text)
  if (given.write) {
    writeFileSync(COSTS, text)
    updateScaleDocument()
  }
}
