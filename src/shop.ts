import { type Role, rolesOf } from '#kernel/role.ts'
import type { ServiceDefinition } from '#kernel/service.ts'
import { authServiceOf } from '#services/auth/service.ts'
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
import type { LiveSetting } from '#kernel/live-setting.ts'
import { withShopChecks } from '#gateway/live-checks.ts'
import { declarationsOf, type DeclaredSetting } from '#src/settings/declarations.ts'
import { declared } from '#src/settings/declared.ts'
import { liveAmong } from '#src/settings/live.ts'

/**
 * The whole shop on one page: every service. What each is given is named in its own `service(…)`: the contracts it calls,
 * the events it emits and consumes, its settings. Which process runs which is a deployment decision (`npm start`: all of them here).
 */
const services = [
  authServiceOf({ roles: () => roles.map((each) => each.name) }),
  memberService,
  emailService,
  productService,
  catalogService,
  cartService,
  orderService,
  paymentService,
  notificationService,
  configServiceOf({ settings: () => liveSettings, services: () => shop.map((each) => each.contract.name) }),
  statusService,
] as const

export const shop: readonly ServiceDefinition<any>[] = services

type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never

/** The settings that services declare, all together. */
export type ServiceSettings = Intersection<(typeof services)[number]['settings']>

/** Every role of staff there is. */
export const roles: readonly Role[] = rolesOf(shop)

/** Every setting there is. */
export const declarations: readonly DeclaredSetting[] = declarationsOf(declared, shop)

/** Settings that may change while the shop runs, held to what the shop has. */
export const liveSettings: readonly LiveSetting[] = withShopChecks(liveAmong(declarations), () =>
  shop.map((each) => each.contract),
)
