import type { Page } from 'playwright-core'
import { eventually } from '#test/support/eventually.ts'
import { PASSWORD, putOnSale, signInStaff, signUp, type ApiClient } from '#test/support/client.ts'
import { origin } from './shop.ts'
import { signIn } from './steps.ts'

/** Somebody who sells beside the browser: puts things on sale, changes their price, takes them off sale. */
export const seller = async () => {
  const staff = await signInStaff(origin)
  const edit = async (productId: string, change: object): Promise<void> => {
    const { version } = await staff.must('GET', `/api/products/${productId}`)
    await staff.must('PATCH', `/api/products/${productId}`, { ...change, expectedVersion: version })
  }
  return {
    sell: async (onHand: number, price?: number) => {
      const made = await putOnSale(staff, onHand, price)
      // The window shows it once it has heard of it.
      await eventually(
        async () => (await staff.send('GET', `/api/catalog/products/${made.productId}`)).status === 200,
        'the product is shown',
      )
      return made
    },
    rename: (productId: string, name: string) => edit(productId, { name }),
    reprice: (productId: string, skuId: string, price: number) => edit(productId, { skus: [{ id: skuId, price }] }),
    stop: (productId: string) => edit(productId, { status: 'STOPPED' }),
    stock: async (productId: string): Promise<[onHand: number, reserved: number]> => {
      const { skus } = await staff.must('GET', `/api/products/${productId}`)
      return [skus[0].onHand, skus[0].reserved]
    },
  }
}

/** A member who looks at the shop by browser, and is known to the API beside it. */
export const member = async (page: Page): Promise<ApiClient & { email: string }> => {
  const buyer = await signUp(origin)
  await page.goto('/sign-in')
  await signIn(page, buyer.email, PASSWORD)
  return buyer
}

/** The member's orders, newest first. */
export const ordersOf = async (
  buyer: ApiClient,
): Promise<{ id: string; amount: number; status: string; lines: any[]; shippingAddress: any }[]> =>
  (await buyer.must('GET', '/api/orders')).items
