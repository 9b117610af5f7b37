import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Costs } from '../costs/costs.ts'

/** The measurements the model is made of, as `npm run bench -- --costs --write` left them. */
export const COSTS = fileURLToPath(new URL('./costs.json', import.meta.url))

export const readCosts = (): Costs => JSON.parse(readFileSync(COSTS, 'utf8')) as Costs
