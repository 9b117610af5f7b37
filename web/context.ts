import type { Client, StaffRole } from '#kernel/contract.ts'
import type { Locale } from '#kernel/fault.ts'
import type { auth, Session } from '#services/auth/contract.ts'
import type { cart } from '#services/cart/contract.ts'
import type { catalog } from '#services/catalog/contract.ts'
import type { config } from '#services/config/contract.ts'
import type { email } from '#services/email/contract.ts'
import type { member } from '#services/member/contract.ts'
import type { notification } from '#services/notification/contract.ts'
import type { order } from '#services/order/contract.ts'
import type { payment } from '#services/payment/contract.ts'
import type { status } from '#services/status/contract.ts'

/** The services the storefront asks, already speaking for whoever made the request. */
export interface Shop {
  readonly auth: Pick<Client<typeof auth>, 'signUp' | 'signIn' | 'signOut' | 'changePassword' | 'resetPassword'>
  readonly member: Pick<
    Client<typeof member>,
    'me' | 'updateMe' | 'withdraw' | 'addresses' | 'addAddress' | 'updateAddress' | 'deleteAddress'
  >
  readonly email: Pick<Client<typeof email>, 'sendCode' | 'verifyCode'>
  readonly catalog: Pick<Client<typeof catalog>, 'list' | 'get' | 'categories'>
  readonly cart: Pick<Client<typeof cart>, 'get' | 'putItem' | 'choose' | 'removeItem'>
  readonly order: Pick<
    Client<typeof order>,
    'place' | 'list' | 'get' | 'changeItems' | 'changeShippingAddress' | 'cancel'
  >
  readonly payment: Pick<Client<typeof payment>, 'confirm' | 'ofOrder'>
  readonly notification: Pick<Client<typeof notification>, 'list' | 'markRead' | 'createTicket'>
  readonly config: Client<typeof config>
  readonly status: Client<typeof status>
}

/** Who looks at the page. A guest is somebody unknown who has a cart. */
export type Viewer =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'guest' }
  | {
      readonly kind: 'member'
      readonly memberId: string
      readonly name?: string
      /** What a member of staff may do; others have none. */
      readonly roles?: readonly StaffRole[]
    }

/** What one request for a page is given: the shop as seen by its viewer, and the few things pages may change about the session. */
export interface PageContext {
  readonly shop: Shop
  readonly viewer: Viewer
  /** The language of the answer: the `locale` cookie, else Korean. */
  readonly locale: Locale
  readonly toss: { readonly clientKey: string; readonly sdkUrl: string }
  /** Where the development mailbox shows the mail the shop sent; none in production. */
  readonly mailboxUrl?: string
  /** Environment whose central configuration counts for this shop. */
  readonly environment?: string
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** A new id. */
  id(): string
  /** Gives an anonymous viewer a guest identity by cookie, so that a cart can be kept from this request on; others keep theirs. */
  beGuest(): void
  /** Keeps the session in HttpOnly, SameSite=Lax cookies and moves the guest's cart to the member. */
  signedIn(session: Session): Promise<void>
  /** Forgets the session's cookies. */
  signedOut(): void
}
