import type { Mutant } from '#test/mutants/mutant.ts'

const tests = ['src/services/order/placing/give-back.test.ts']

/** What placing and changing an order held is given back when it fails, and never what an order has. */
export const placing: readonly Mutant[] = [
  {
    guard: 'an order that could not be stored gives its stock back',
    file: 'src/services/order/placing/place.ts',
    text: 'if (!earlier) await holders.release(',
    without: 'if (earlier) await holders.release(',
    tests,
  },
  {
    guard: 'no order is stored with the hold of an attempt that was given up',
    file: 'src/services/order/placing/place.ts',
    text: 'const undone = abandoned.union(refused)',
    without: 'const undone = refused',
    tests,
  },
  {
    guard: 'an order that exists keeps its stock, whatever its storing seemed to end with',
    file: 'src/services/order/placing/placing-store.ts',
    text: 'if (taken.length === 0) return',
    without: 'if (taken.length === 2) return',
    tests,
  },
  {
    guard: 'what an attempt before held is released before the next holds',
    file: 'src/services/order/placing/place.ts',
    text: 'if (attempts > 0) await holders.release(',
    without: 'if (attempts < 0) await holders.release(',
    tests,
  },
  {
    guard: 'a change that could not be stored gives back what it held',
    file: 'src/services/order/changing/change-items.ts',
    text: 'if (taken.length > 0) {',
    without: 'if (taken.length < 0) {',
    tests,
  },
  {
    guard: 'an order that went over to a hold keeps it',
    file: 'src/services/order/changing/change-items.ts',
    text: 'if (order?.reservationId === reservationId) return order',
    without: '',
    tests,
  },
  {
    guard: 'an order goes over to no hold that was given back',
    file: 'src/services/order/changing/change-items.ts',
    text: 'const order = (await fence(seen)) ? undefined : (',
    without: 'const order = (',
    tests,
  },
  {
    guard: 'an order costs no more than one can',
    file: 'src/services/product/reservation/reserve.ts',
    text: 'replaces || amount <= MAX_WON ? undefined',
    without: 'replaces || amount > 0 ? undefined',
    tests: ['src/services/order/placing/large-amount.test.ts'],
  },
  {
    guard: 'an order is changed into none that costs more than one can',
    file: 'src/services/order/changing/change-items.ts',
    text: 'if (amount > MAX_WON) return',
    without: 'if (amount < 0) return',
    tests: ['src/services/order/placing/large-amount.test.ts'],
  },
  {
    guard: 'a holder whose answer was lost gives back what it may hold',
    file: 'src/services/order/holders/holders.ts',
    text: 'if (isRefusal(error)) taken.pop()',
    without: 'taken.pop()',
    tests: ['src/services/order/holders/holders-property.test.ts'],
  },
  {
    guard: 'all holders of an order that came to nothing give back',
    file: 'src/services/order/holders/holders.ts',
    text: 'for (const holder of taken.toReversed())',
    without: 'for (const holder of taken.slice(0, 1))',
    tests: ['src/services/order/holders/holders-property.test.ts'],
  },
]
