import { auth } from '#services/auth/contract.ts'
import { cart } from '#services/cart/contract.ts'
import { catalog } from '#services/catalog/contract.ts'
import { config } from '#services/config/contract.ts'
import { email } from '#services/email/contract.ts'
import { member } from '#services/member/contract.ts'
import { notification } from '#services/notification/contract.ts'
import { order } from '#services/order/contract.ts'
import { payment } from '#services/payment/contract.ts'
import { product } from '#services/product/contract.ts'
import { status } from '#services/status/contract.ts'

/** What every service promises, by name. Pages' typed client derives from it; `src/shop.ts` lists the services themselves. */
export const contracts = {
  auth,
  member,
  email,
  product,
  catalog,
  cart,
  order,
  payment,
  notification,
  config,
  status,
} as const

export type Contracts = typeof contracts
