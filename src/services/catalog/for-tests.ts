import { randomUUID } from 'node:crypto'
import type { InputOf } from '#kernel/contract.ts'
import { orderPaid } from '#services/order/contract.ts'
import { product } from '#services/product/contract.ts'
import { productService } from '#services/product/service.ts'
import { staffActor, startTestHost } from '#test/support/host.ts'
import { teller } from '#test/support/teller.ts'
import { catalog } from './contract.ts'
import { catalogService } from './service.ts'

/** Product and catalog on a database of their own, with someone to tell what was paid for. */
export const startCatalogHost = async () => {
  const orders = teller('order', [orderPaid])
  // Product follows more of order's events than are told here: its consumers are not wanted.
  const quiet = { ...productService, build: (tools: any) => ({ ...productService.build(tools), consumers: [] }) }
  const host = await startTestHost([quiet, catalogService, orders.service])
  const staff = host.as(product, staffActor(randomUUID(), 'catalog'))

  /** Puts a product on sale, a second after the last one. */
  const create = async (name: string, more: Partial<InputOf<typeof product.operations.create>> = {}) => {
    host.runtime.advance(1_000)
    return staff.create({ name, skus: [{ price: 1_000, onHand: 5 }], ...more })
  }
  /** What was told has arrived, and nothing is kept ready from before. */
  const current = async (): Promise<void> => {
    await host.settled()
    host.runtime.advance(2_001)
  }
  const paid = async (lines: readonly (readonly [productId: string, quantity: number])[]): Promise<void> => {
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
    await built.sweeps![0]!.run(host.runtime.now())
    host.runtime.advance(2_001)
  }

  const visitor = host.as(catalog, { kind: 'anonymous' })
  const names = async (given: InputOf<typeof catalog.operations.list>): Promise<string[]> =>
    (await visitor.list(given)).items.map((each) => each.name)
  const texts = async (q: string): Promise<string[]> => (await visitor.suggest({ q })).items.map((each) => each.text)

  return { ...host, staff, inside: host.inside(product), visitor, create, current, paid, names, texts }
}
