import { applyCart } from './cart.server.ts'
import { act } from '../../shared/server/page.server.ts'

/** Takes in changes of the cart that its page sends while it is open, and on the way out. */
export const action = act(async (visit) => {
  await applyCart(visit, visit.form)
  return { done: true as const }
})
