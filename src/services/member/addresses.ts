import { memberOf } from '#kernel/context.ts'
import { NOT_FOUND, UNAUTHENTICATED } from '#kernel/faults.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Handlers, Tools } from '#kernel/service.ts'
import type { Tx } from '#kernel/store.ts'
import { ADDRESS_MOST, defaultAfterDeleting, defaultAfterSaving } from './address-book.ts'
import { addressesOf, clearDefault, dropAddress, putAddress, setDefault, type AddressRow } from './address-store.ts'
import { ADDRESS_LIMIT, type Address, type member, type ShippingAddress } from './contract.ts'
import { lockMember } from './store.ts'

/** The address book. Every change locks the member first: two at once cannot pass the limit or make two defaults. */
export const addresses = (
  { db, runtime }: Pick<Tools, 'db' | 'runtime'>,
  secrets: Secrets,
): Pick<Handlers<typeof member>, 'addresses' | 'addAddress' | 'updateAddress' | 'deleteAddress'> => {
  const shown = ({ address2, memo, ...row }: AddressRow): Address => ({
    ...row,
    ...(address2 !== null && { address2 }),
    ...(memo && { memo: secrets.open('address-memo', memo) }),
  })

  const locked = async (tx: Tx, memberId: string): Promise<AddressRow[]> => {
    if (!(await lockMember(tx, memberId))) throw UNAUTHENTICATED()
    return addressesOf(tx, memberId)
  }

  const save = async (
    tx: Tx,
    memberId: string,
    book: AddressRow[],
    id: string,
    given: ShippingAddress,
    wished: boolean,
  ) => {
    const { address2, memo, recipient, phone, postcode, address1 } = given
    const sealed = memo ? secrets.seal('address-memo', memo) : null
    await tx.query(
      putAddress(memberId, { id, recipient, phone, postcode, address1, address2: address2 || null, memo: sealed }),
    )
    await tx.query(clearDefault(memberId))
    await tx.query(setDefault(memberId, defaultAfterSaving(book, id, wished)))
    return shown((await addressesOf(tx, memberId)).find((each) => each.id === id)!)
  }

  return {
    addresses: async (_, { actor }) => ({ items: (await addressesOf(db, memberOf(actor))).map(shown) }),
    addAddress: ({ isDefault, ...given }, { actor }) =>
      db.tx('member.add-address', async (tx) => {
        const book = await locked(tx, memberOf(actor))
        if (book.length >= ADDRESS_MOST) throw ADDRESS_LIMIT()
        return save(tx, memberOf(actor), book, runtime.id(), given, isDefault)
      }),
    updateAddress: ({ id, isDefault, ...given }, { actor }) =>
      db.tx('member.update-address', async (tx) => {
        const book = await locked(tx, memberOf(actor))
        if (!book.some((each) => each.id === id)) throw NOT_FOUND()
        return save(tx, memberOf(actor), book, id, given, isDefault)
      }),
    deleteAddress: ({ id }, { actor }) =>
      db.tx('member.delete-address', async (tx) => {
        const book = await locked(tx, memberOf(actor))
        await tx.query(dropAddress(memberOf(actor), id))
        const next = defaultAfterDeleting(book, id)
        if (next) await tx.query(setDefault(memberOf(actor), next))
      }),
  }
}
