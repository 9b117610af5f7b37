import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { InputOf } from '#kernel/contract.ts'
import { orderPaid } from '#services/order/contract.ts'
import { product } from '#services/product/contract.ts'
import { productService } from '#services/product/service.ts'
import type { Settings } from '#kernel/service.ts'
import type { HostSettings } from '#src/host/process/host.ts'
import { eventually } from '#test/support/eventually.ts'
import { staffActor, startTestHost } from '#test/support/host.ts'
import { teller } from '#test/support/shopping/teller.ts'
import { catalog } from './contract.ts'
import { readingsOf } from './search/search.ts'
import { catalogService } from './service.ts'

/** Settings of a catalog that an OpenSearch searches, under names that nobody else uses. */
export const openSearchSettings = (url: string) => ({
  OPENSEARCH_URL: url,
  OPENSEARCH_PREFIX: `test-${randomUUID()}-`,
  // A busy machine is no reason to have PostgreSQL answer what OpenSearch is asked here.
  OPENSEARCH_DEADLINE: 10_000,
})

/**
 * Product and catalog on a database of their own, with someone to tell what was paid for. `settings` may name an
 * OpenSearch: then lists and completions must come from there; `more` may have events travel by Kafka.
 */
export const startCatalogHost = async (settings: Settings = {}, more: Partial<HostSettings> = {}) => {
  const searchedBy = settings['OPENSEARCH_URL'] ? 'opensearch' : 'embedded'
  const orders = teller('order', [orderPaid])
  // Product follows more of order's events than are told here: its consumers are not wanted.
  const quiet = { ...productService, build: (tools: any) => ({ ...productService.build(tools), consumers: [] }) }
  const host = await startTestHost([quiet, catalogService, orders.service], { settings, ...more })
  const staff = host.as(product, staffActor(randomUUID(), 'catalog'))

  /** Puts a product on sale, a second after the last one. */
  const create = async (name: string, more: Partial<InputOf<typeof product.operations.create>> = {}) => {
    host.runtime.advance(1_000)
    return staff.create({ name, skus: [{ price: 1_000, onHand: 5 }], ...more })
  }
  /** What was told has arrived, and nothing is kept ready from before. */
  const current = async (): Promise<void> => {
    await host.settled()
    if (searchedBy === 'opensearch') await indexed()
    host.runtime.advance(2_001)
  }
  const operator = host.as(catalog, staffActor(randomUUID(), 'operations'))
  /** The index has heard of everything, is complete, and shows it. */
  const indexed = async (): Promise<void> => {
    await eventually(
      async () => {
        const { live, building, wanted, changesBehind, ...state } = await operator.searchIndex({})
        return live !== null && building === null && !wanted && changesBehind === 0 && state.searchedBy === searchedBy
      },
      'the search index is current',
      60,
    )
    const { OPENSEARCH_URL: url, OPENSEARCH_PREFIX: prefix } = settings
    await fetch(`${url}/${prefix}*/_refresh`, { method: 'POST' })
  }
  /** Pays an order and has its products ranked; answers whether there is more to rank at once. */
  const paid = async (lines: readonly (readonly [productId: string, quantity: number])[]): Promise<number> => {
    await host.inside(orders.contract).tell({
      events: [
        {
          name: 'order.paid',
          payload: {
            orderId: randomUUID(),
            number: 'T',
            memberId: randomUUID(),
            reservationId: randomUUID(),
            amount: 1,
            orderName: 'x',
            at: new Date(0).toISOString(),
            lines: lines.map(([productId, quantity]) => ({ productId, quantity, skuId: randomUUID(), unitPrice: 1 })),
          },
        },
      ],
    })
    await host.settled()
    const { built } = host.host.services.find((each) => each.definition.contract.name === 'catalog')!
    const more = await built.sweeps!.find((each) => each.name === 'ranking')!.run(host.runtime.now())
    await current()
    return more
  }

  const visitor = host.as(catalog, { kind: 'anonymous' })
  const names = async (given: InputOf<typeof catalog.operations.list>): Promise<string[]> => {
    const page = await visitor.list(given)
    assert.equal(page.searchedBy, given.q === undefined || readingsOf(given.q).length > 0 ? searchedBy : 'embedded')
    return page.items.map((each) => each.name)
  }
  const texts = async (q: string): Promise<string[]> => (await visitor.suggest({ q })).items.map((each) => each.text)

  return { ...host, staff, operator, inside: host.inside(product), visitor, create, current, paid, names, texts }
}

export type CatalogHost = Awaited<ReturnType<typeof startCatalogHost>>
