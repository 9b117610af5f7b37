import { names } from './invariants/names.ts'
import { stock } from './invariants/stock.ts'

/** What must always hold about products and their stock, looked at by themselves. */
export const productInvariants = [stock, names]
