import type { Mutant } from './mutant.ts'
import { batches } from './guards/batches.ts'
import { cancellations } from './guards/shop/cancellations.ts'
import { declared } from './guards/declared.ts'
import { deposits } from './guards/shop/deposits.ts'
import { edge } from './guards/edge.ts'
import { givingBack } from './guards/shop/giving-back.ts'
import { identity } from './guards/identity.ts'
import { incoming } from './guards/incoming.ts'
import { leaving } from './guards/shop/leaving.ts'
import { money } from './guards/shop/money.ts'
import { onceOnly } from './guards/once-only.ts'
import { orders } from './guards/shop/orders.ts'
import { paying } from './guards/shop/paying.ts'
import { placing } from './guards/shop/placing.ts'
import { prices } from './guards/shop/prices.ts'
import { refunds } from './guards/shop/refunds.ts'
import { secrecy } from './guards/secrecy.ts'
import { signIn } from './guards/sign-in.ts'
import { silence } from './guards/silence.ts'
import { staffWrites } from './guards/staff.ts'
import { stock } from './guards/shop/stock.ts'

/** Every guard of money, stock, identity and once-only effects. */
export const mutants: readonly Mutant[] = [
  ...money,
  ...refunds,
  ...cancellations,
  ...givingBack,
  ...deposits,
  ...orders,
  ...paying,
  ...placing,
  ...prices,
  ...stock,
  ...staffWrites,
  ...leaving,
  ...signIn,
  ...secrecy,
  ...identity,
  ...onceOnly,
  ...incoming,
  ...edge,
  ...batches,
  ...silence,
  ...declared,
]
