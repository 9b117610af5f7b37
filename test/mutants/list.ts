import type { Mutant } from './mutant.ts'
import { edge } from './guards/edge.ts'
import { onceOnly } from './guards/once-only.ts'
import { paying } from './guards/paying.ts'
import { placing } from './guards/placing.ts'
import { refunds } from './guards/refunds.ts'
import { staffWrites } from './guards/staff.ts'

/** Every guard of money, stock, identity and once-only effects. */
export const mutants: readonly Mutant[] = [...edge, ...onceOnly, ...paying, ...placing, ...refunds, ...staffWrites]
