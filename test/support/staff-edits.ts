import type { Client, InputOf, OutputOf } from '#kernel/contract.ts'
import type { product } from '#services/product/contract.ts'

type Operations = typeof product.operations
type Staff = Pick<Client<typeof product>, 'get' | 'update' | 'categories' | 'putCategory'>

/** Changes a product as staff do: reads it, and names the version it read. */
export const editProduct = async (
  staff: Staff,
  change: Omit<InputOf<Operations['update']>, 'expectedVersion'>,
): Promise<OutputOf<Operations['update']>> =>
  staff.update({ ...change, expectedVersion: (await staff.get({ id: change.id })).version })

/** Makes a category, or replaces it as staff do: looks at it, and names the version it read. */
export const editCategory = async (
  staff: Staff,
  category: Omit<InputOf<Operations['putCategory']>, 'expectedVersion'>,
): Promise<OutputOf<Operations['putCategory']>> => {
  const known = (await staff.categories({})).items.find((each) => each.id === category.id)
  return staff.putCategory({ ...category, expectedVersion: known?.version ?? 0 })
}
