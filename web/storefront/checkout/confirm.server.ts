import { problemOf, type Problem } from '../../shared/server/problem.server.ts'
import type { Visit } from '../../shared/server/page.server.ts'

/** How a payment stands once the buyer is back from the provider. */
export type Outcome =
  | { readonly state: 'PAID' }
  /** A virtual account was issued. */
  | { readonly state: 'AWAITING_DEPOSIT' }
  | { readonly state: 'CONFIRMING' }
  | { readonly state: 'REFUSED'; readonly problem: Problem; readonly payable: boolean }

/** What the provider puts into the return address. */
interface Return {
  readonly paymentKey: string
  readonly orderId: string
  readonly amount: number
}

/** Reads the return address strictly: query parameters are strings, and anybody can type them. */
export const readReturn = (search: URLSearchParams): Return | undefined => {
  const paymentKey = search.get('paymentKey') ?? ''
  const orderId = search.get('orderId') ?? ''
  const amount = search.get('amount') ?? ''
  if (!/^\S{1,200}$/.test(paymentKey) || !/^\d{1,12}$/.test(amount)) return undefined
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(orderId)) return undefined
  return { paymentKey, orderId, amount: Number(amount) }
}

/**
 * Captures the payment, as often as the page is opened: the shop makes one capture of it. Whatever confirming says, the order
 * itself is the judge of whether it is paid. Never rejects, because it is still under way while the page is being read.
 */
export const confirmPayment = async ({ shop, page }: Visit, back: Return): Promise<Outcome> => {
  try {
    const { status } = await shop.order.confirmPayment(back)
    return { state: status }
  } catch (error) {
    const problem = problemOf(error, page.locale)
    const status = await shop.order.get({ id: back.orderId }).then(
      (order) => order.status,
      () => undefined,
    )
    if (status === 'PAID' || status === 'AWAITING_DEPOSIT') return { state: status }
    // Whether money moved is not known yet; the shop goes on asking the provider.
    if (status === 'PAYING' || problem === undefined || problem.status >= 500 || problem.code === 'PAYMENT_UNDER_WAY') {
      return { state: 'CONFIRMING' }
    }
    return { state: 'REFUSED', problem, payable: status === 'PENDING_PAYMENT' }
  }
}
