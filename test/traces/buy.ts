import { payOrder, placeOrder, putOnSale, signInStaff, signUp } from '#test/support/client.ts'

/** One purchase by a new member of a new product, with a cart that it empties. */
export const buyOnce = async (origin: string): Promise<void> => {
  const staff = await signInStaff(origin)
  const { skuId } = await putOnSale(staff, 5, 12_900)
  const buyer = await signUp(origin)
  await buyer.must('PUT', `/api/cart/items/${skuId}`, { quantity: 1 })
  const order = await placeOrder(buyer, skuId)
  await payOrder(buyer, order)
}
