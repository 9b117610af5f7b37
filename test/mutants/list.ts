import { onceOnly } from './guards/once-only.ts'
import { placing } from './guards/placing.ts'
import { staffWrites } from './guards/staff.ts'
import type { Mutant } from './mutant.ts'

/** Every guard of money, stock, identity and once-only effects. */
export const mutants: readonly Mutant[] = [...onceOnly, ...placing, ...staffWrites]
