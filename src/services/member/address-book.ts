/** Addresses a member may keep. */
export const ADDRESS_MOST = 20

/** What deciding on a default needs to know of an address. */
export interface Entry {
  readonly id: string
  readonly isDefault: boolean
}

/**
 * The address that is the default once `id` is saved, `wished` as the default or not. There is always one as long as
 * there are addresses: the first becomes it, and it moves only by wishing for another.
 */
export const defaultAfterSaving = (book: readonly Entry[], id: string, wished: boolean): string =>
  wished ? id : (book.find((each) => each.isDefault)?.id ?? id)

/** The address that is the default once `id` is deleted: the same as before, else the newest left. */
export const defaultAfterDeleting = (book: readonly Entry[], id: string): string | undefined => {
  const left = book.filter((each) => each.id !== id)
  return (left.find((each) => each.isDefault) ?? left.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0])?.id
}
