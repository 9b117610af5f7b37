import { optional, text } from '../../shared/server/page.server.ts'

/** The address a form holds, below a prefix; the shop judges it. */
export const typedAddress = (form: FormData, prefix = '') => {
  const address2 = optional(form, `${prefix}address2`)
  const memo = optional(form, `${prefix}memo`)
  return {
    recipient: text(form, `${prefix}recipient`),
    phone: text(form, `${prefix}phone`),
    postcode: text(form, `${prefix}postcode`),
    address1: text(form, `${prefix}address1`),
    ...(address2 && { address2 }),
    ...(memo && { memo }),
  }
}
