import assert from 'node:assert/strict'
import { INTERNAL } from '#kernel/faults.ts'
import type { Database, Tx } from '#kernel/store.ts'
import { wrongLendings, wrongOnHand, wrongReserved } from '#services/product/invariants/stock-books-store.ts'
import type { PurchaseHost } from '#test/support/purchases.ts'
import { product } from '#services/product/contract.ts'
import type { Begin } from './paying/payment-store.ts'
import { paymentTransitions } from './paying/payment-transitions.ts'
import type { Views } from './views.ts'

/** A service's store, whose transactions a test may stand in the way of. */
export const storeOf = (shop: PurchaseHost, service: string): { tx: Database['tx'] } =>
  shop.host.services.find((each) => each.definition.contract.name === service)!.db

/** The steps of a payment as the conductor takes them, one by one and without a provider. */
export const paymentSteps = (shop: PurchaseHost) => {
  const db = storeOf(shop, 'order') as Database
  const views = { changed: (_: Tx) => {} } as unknown as Views
  const steps = paymentTransitions({ db, runtime: shop.runtime, views, remindBefore: () => 0 })
  return {
    ...steps,
    /** Begins, and secures what the order holds. */
    begin: async (given: Begin) => {
      const begun = await steps.begin(given)
      if (begun.kind === 'under way') await shop.inside(product).secure({ reservationId: begun.reservationId })
      return begun
    },
    complete: (orderId: string, paymentKey: string, paymentId: string | null = null) =>
      steps.complete({ orderId, paymentKey, paymentId }),
  }
}

/** Fails unless every unit of stock is explained by movements and live reservations at this instant. */
export const stockRight = async (shop: PurchaseHost): Promise<void> => {
  const db = shop.db('product')
  assert.deepEqual(await Promise.all([wrongOnHand(db), wrongReserved(db), wrongLendings(db)]), [[], [], []])
}

/** Does something that fails because the order service dies before it begins a step: from then on it stores nothing. */
export const crashing = async (shop: PurchaseHost, step: string, work: () => Promise<unknown>): Promise<void> => {
  const store = storeOf(shop, 'order')
  const { tx } = store
  let dead = false
  store.tx = (name, does) => {
    dead ||= name === step
    return dead ? Promise.reject(new Error('killed')) : tx(name, does)
  }
  try {
    await assert.rejects(work(), INTERNAL.is)
  } finally {
    store.tx = tx
  }
}

/** Runs what comes due of a service, or of orders and reservations, until nothing does. */
export const runSweeps = async (shop: PurchaseHost, ...services: ('order' | 'product')[]): Promise<void> => {
  const wanted: string[] = services.length > 0 ? services : ['order', 'product']
  for (const { definition, built } of shop.host.services)
    if (wanted.includes(definition.contract.name))
      for (const { run } of built.sweeps ?? []) while ((await run(shop.runtime.now())) > 0);
}

/** A product's owner at work between two requests of a buyer: what a SKU costs, and whether it is for sale. */
export const setSku = (
  shop: PurchaseHost,
  skuId: string,
  { price, onSale }: { readonly price?: number; readonly onSale?: boolean },
): Promise<unknown> =>
  shop.db('product').query({
    text: `UPDATE sku SET price = coalesce($2::bigint, price), status = coalesce($3::text, status) WHERE id = $1`,
    values: [skuId, price ?? null, onSale === undefined ? null : onSale ? 'ON_SALE' : 'STOPPED'],
  })
