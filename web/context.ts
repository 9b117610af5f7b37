import type { OutsideClient, StaffRole } from '#kernel/contract.ts'
import type { Locale } from '#kernel/fault.ts'
import type { Role } from '#kernel/role.ts'
import type { Session } from '#services/auth/contract.ts'
import type { Contracts } from '#src/contracts.ts'

/** Every service, already speaking for whoever made the request. A call is refused where that person may not make it. */
export type Shop = { readonly [N in keyof Contracts]: OutsideClient<Contracts[N]> }

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
  /** The roles of staff there are. */
  readonly roles: readonly Role[]
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
