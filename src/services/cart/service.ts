import type { Fault } from '#kernel/fault.ts'
import { batched, consumer, onMany, service, sweep } from '#kernel/service.ts'
import { memberWithdrawn } from '#services/member/contract.ts'
import { orderPaid } from '#services/order/contract.ts'
import { product, SKU_NOT_FOUND } from '#services/product/contract.ts'
import { GUEST_DAYS, inLockOrder, keyOf, ownerOf, priced, withItem, type Described, type Item } from './cart.ts'
import { cart, type Cart } from './contract.ts'
import {
  chooseItems,
  deleteGuestCart,
  deleteItem,
  deleteLeftBehind,
  deleteMemberCarts,
  findItems,
  lockCart,
  lockCarts,
  lockMemberCarts,
  moveItems,
  saveItems,
  takeBought,
  type Bought,
} from './store.ts'

const DAY = 86_400_000
/** SKUs `product` describes in one call. */
const DESCRIBED_AT_ONCE = 500
const SWEPT_AT_ONCE = 500

/** SKU_NOT_FOUND, with the name of what was for sale once. */
const notForSale = (skuId: string, known: Described | undefined): Fault =>
  SKU_NOT_FOUND({
    skuIds: [skuId],
    items: known ? [{ skuId, productId: known.productId, productName: known.productName, options: known.options }] : [],
  })

export const cartService = service(
  cart,
  {
    needs: { product },
    consumes: { orders: [orderPaid], members: [memberWithdrawn] },
    migrations: new URL('./migrations/', import.meta.url),
  },
  ({ db, runtime, call }) => {
    const describe = async (skuIds: Iterable<string>): Promise<Map<string, Described>> => {
      const ids = [...new Set(skuIds)]
      const chunks = Array.from({ length: Math.ceil(ids.length / DESCRIBED_AT_ONCE) }, (_, i) =>
        ids.slice(i * DESCRIBED_AT_ONCE, (i + 1) * DESCRIBED_AT_ONCE),
      )
      const answers = await Promise.all(chunks.map((each) => call.product.describe({ skuIds: each })))
      return new Map(answers.flatMap(({ items }) => items.map((item) => [item.skuId, item])))
    }

    const show = async (items: readonly Item[]): Promise<Cart> =>
      priced(items, await describe(items.map((each) => each.skuId)))

    return {
      operations: {
        get: batched(async (_inputs, contexts) => {
          const owners = contexts.map((each) => ownerOf(each.actor))
          const carts = await findItems(db, inLockOrder(owners))
          const described = await describe([...carts.values()].flat().map((each) => each.skuId))
          return owners.map((owner) => priced(carts.get(keyOf(owner)) ?? [], described))
        }),

        putItem: batched(async (inputs, contexts) => {
          const owners = contexts.map((each) => ownerOf(each.actor))
          const seen = [...(await findItems(db, inLockOrder(owners))).values()].flat()
          const described = await describe([...inputs, ...seen].map((each) => each.skuId))
          const onSale = inputs.map(({ skuId }) => described.get(skuId)?.onSale === true)
          // Locking makes a cart where there is none: whoever asks for what is not for sale gets none.
          const locked = inLockOrder(owners.filter((_, i) => onSale[i]))

          const { faults, carts } = await db.tx('cart.put', async (tx) => {
            const [, found] = await Promise.all([tx.query(lockCarts(locked, runtime.now())), findItems(tx, locked)])
            const changed = new Map<string, Item & { owner: (typeof owners)[number] }>()
            const refused = inputs.map((input, i): Fault | undefined => {
              const owner = owners[i]!
              const { skuId } = input
              if (!onSale[i]) return notForSale(skuId, described.get(skuId))
              const next = withItem(found.get(keyOf(owner)) ?? [], input, runtime.now())
              if ('fault' in next) return next.fault
              found.set(keyOf(owner), [...next.items])
              const item = next.items.find((each) => each.skuId === skuId)!
              changed.set(`${keyOf(owner)} ${skuId}`, { ...item, owner })
              return undefined
            })
            if (changed.size > 0) await tx.query(saveItems([...changed.values()]))
            return { faults: refused, carts: found }
          })

          const others = [...carts.values()].flat().filter((each) => !described.has(each.skuId))
          for (const [id, sku] of await describe(others.map((each) => each.skuId))) described.set(id, sku)
          return owners.map((owner, i) => faults[i] ?? priced(carts.get(keyOf(owner)) ?? [], described))
        }),

        choose: async ({ items }, { actor }) => {
          const owner = ownerOf(actor)
          // Named twice, the last word counts.
          const choice = [...new Map(items.map((each) => [each.skuId, each])).values()]
          await db.tx('cart.choose', async (tx) => {
            // A change of quantity under way writes an item as it read it, its choice included.
            if (await lockCart(tx, owner)) await tx.query(chooseItems(owner, choice))
          })
          return show((await findItems(db, [owner])).get(keyOf(owner)) ?? [])
        },

        removeItem: async ({ skuId }, { actor }) => {
          const owner = ownerOf(actor)
          await db.query(deleteItem(owner, skuId))
          return show((await findItems(db, [owner])).get(keyOf(owner)) ?? [])
        },

        merge: ({ guestId, memberId }) =>
          db.tx('cart.merge', async (tx) => {
            if (!(await lockCart(tx, { kind: 'guest', id: guestId }))) return { merged: 0 }
            await tx.query(lockCarts([{ kind: 'member', id: memberId }], runtime.now()))
            const merged = await moveItems(tx, guestId, memberId)
            await tx.query(deleteGuestCart(guestId))
            return { merged }
          }),
      },

      consumers: [
        // Paid, not placed: whoever's card is refused, or who lets the time run out, finds the cart as it was.
        consumer('orders', [
          onMany(orderPaid, async (events, tx) => {
            const bought = new Map<string, Bought>()
            for (const { payload } of events)
              for (const { skuId, quantity } of payload.lines) {
                const key = `${payload.memberId} ${skuId}`
                const before = bought.get(key)?.quantity ?? 0
                bought.set(key, { memberId: payload.memberId, skuId, quantity: before + quantity })
              }
            if (bought.size === 0) return
            const members = [...new Set(events.map(({ payload }) => payload.memberId))]
            await Promise.all([tx.query(lockMemberCarts(members)), tx.query(takeBought([...bought.values()]))])
          }),
        ]),
        consumer('members', [
          onMany(memberWithdrawn, async (events, tx) => {
            await tx.query(deleteMemberCarts(events.map(({ payload }) => payload.memberId)))
          }),
        ]),
      ],

      sweeps: [sweep('left-behind', 3_600_000, (now) => deleteLeftBehind(db, now - GUEST_DAYS * DAY, SWEPT_AT_ONCE))],
    }
  },
)
