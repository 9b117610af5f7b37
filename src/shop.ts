import type { ServiceDefinition } from '#kernel/service.ts'
import { authService } from '#services/auth/service.ts'
import { cartService } from '#services/cart/service.ts'
import { catalogService } from '#services/catalog/service.ts'
import { configServiceOf } from '#services/config/service.ts'
import { emailService } from '#services/email/service.ts'
import { memberService } from '#services/member/service.ts'
import { notificationService } from '#services/notification/service.ts'
import { orderService } from '#services/order/service.ts'
import { paymentService } from '#services/payment/service.ts'
import { productService } from '#services/product/service.ts'
import { statusService } from '#services/status/service.ts'
import { heldToShop } from '#gateway/live-checks.ts'
import { liveSettings as declared } from '#src/settings/live.ts'

/** Settings that may change while the shop runs, held to what the shop has. */
export const liveSettings = heldToShop(declared, () => shop.map((each) => each.contract))

/**
 * The whole shop on one page: every service. What each is given is named in its own `service(…)`: the contracts it calls
 * and the events it emits. Which process runs which is a deployment decision (`npm start`: all of them here).
 */
export const shop: readonly ServiceDefinition<any>[] = [
  authService,
  memberService,
  emailService,
  productService,
  catalogService,
  cartService,
  orderService,
  paymentService,
  notificationService,
  configServiceOf({ settings: liveSettings, services: () => shop.map((each) => each.contract.name) }),
  statusService,
]

/** PostgreSQL extensions that services' schemas are given. */
export const extensions: Readonly<Record<string, readonly string[]>> = {}
