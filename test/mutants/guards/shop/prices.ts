import type { Mutant } from '#test/mutants/mutant.ts'

const price = ['src/services/order/changing/price.test.ts']
const cartTests = ['src/services/cart/cart.test.ts']

/** Orders at the price their buyer saw, unpaid orders that are changed, and what of a cart is ordered. */
export const prices: readonly Mutant[] = [
  {
    guard: 'price seen: a reservation that costs something else is refused',
    file: 'src/services/product/reservation/reserve.ts',
    text: 'ask.answer = excess(ask, answer) ?? priceChange(ask, answer)',
    without: 'ask.answer = excess(ask, answer)',
    tests: ['src/services/product/reservation/reserve.test.ts', ...price],
  },
  {
    guard: 'price seen: the expected amount is part of what a key was used for',
    file: 'src/services/order/placing/place.ts',
    text: 'fingerprintOf(input.items, input.shippingAddress, input.expectedAmount)',
    without: 'fingerprintOf(input.items, input.shippingAddress)',
    tests: price,
  },
  {
    guard: 'price seen: a change to another amount is refused',
    file: 'src/services/order/changing/change-items.ts',
    text: 'refusalOf(order, before.memberId, now) ?? priceFault(lines, expected)',
    without: 'refusalOf(order, before.memberId, now)',
    tests: price,
  },
  {
    guard: 'price seen: units an order holds keep their price',
    file: 'src/services/order/changing/change-items.ts',
    text: 'lines ?? changedLines(held, sold)',
    without: 'lines ?? changedLines([], sold)',
    tests: price,
  },
  {
    guard: 'price seen: only as many units as an order holds keep their price',
    file: 'src/services/order/changing/changed-lines.ts',
    text: 'const quantity = Math.min(left, line.quantity)',
    without: 'const quantity = left',
    tests: price,
  },
  {
    guard: 'price seen: no more of a stopped product than its order holds',
    file: 'src/services/product/reservation/replace.ts',
    text: '!offers.get(line.skuId)!.onSale && borrowed[i]! < line.quantity',
    without: 'false',
    tests: price,
  },
  {
    guard: 'price seen: a stopped product is not sold anew',
    file: 'src/services/product/reservation/reserve.ts',
    text: '(ask.replaces ? offers.has(skuId) : offers.get(skuId)?.onSale)',
    without: 'offers.has(skuId)',
    tests: [...price, 'src/services/product/reservation/reserve.test.ts'],
  },
  {
    guard: 'cart chosen: a choice is not undone by a change of quantity under way',
    file: 'src/services/cart/service.ts',
    text: 'if (await lockCart(tx, owner)) await tx.query(chooseItems(owner, choice))',
    without: 'await tx.query(chooseItems(owner, choice))',
    tests: cartTests,
  },
  {
    guard: 'cart chosen: merging keeps what either had chosen',
    file: 'src/services/cart/store.ts',
    text: 'chosen = cart_item.chosen OR excluded.chosen',
    without: 'chosen = cart_item.chosen',
    tests: cartTests,
  },
  {
    guard: 'cart chosen: a change of quantity leaves the choice',
    file: 'src/services/cart/cart.ts',
    text: 'chosen: chosen ?? each.chosen',
    without: 'chosen: chosen ?? true',
    tests: cartTests,
  },
  {
    guard: 'cart chosen: what is written waits for what is under way',
    file: 'web/storefront/cart/cart-writes.ts',
    text: 'running ??= run()',
    without: 'running = run()',
    tests: ['web/storefront/cart/cart-writes.test.ts'],
  },
  {
    guard: 'cart chosen: what could not be sent is not forgotten',
    file: 'web/storefront/cart/cart-writes.ts',
    text: 'waiting = merged(sent, waiting)',
    without: '',
    tests: ['web/storefront/cart/cart-writes.test.ts'],
  },
  {
    guard: 'price seen: what a refusal says a price is counts before what the window shows',
    file: 'web/storefront/checkout/checkout-refusal.ts',
    text: 'if (current?.quantity === line.quantity) return current.amount',
    without: '',
    tests: ['web/storefront/checkout/checkout-refusal.test.ts'],
  },
  {
    guard: 'price seen: an unpaid order whose payment has begun is not gone on with',
    file: 'web/storefront/checkout/unpaid.server.ts',
    text: "({ status }: Pick<Order, 'status'>): boolean => status === 'PENDING_PAYMENT'",
    without: "({ status }: Pick<Order, 'status'>): boolean => status !== 'PAID'",
    tests: ['web/storefront/checkout/unpaid.server.test.ts'],
  },
]
