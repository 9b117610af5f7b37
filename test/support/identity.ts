import type { Actor } from '#kernel/context.ts'
import type { Client } from '#kernel/contract.ts'
import type { Endpoint } from '#kernel/call.ts'
import type { Settings } from '#kernel/service.ts'
import { auth, type AccessClaims, type Session } from '#services/auth/contract.ts'
import { authServiceOf } from '#services/auth/service.ts'
import { email } from '#services/email/contract.ts'
import { emailService } from '#services/email/service.ts'
import type { OpenOrders } from '#services/member/contract.ts'
import { memberService } from '#services/member/service.ts'
import type { HostSettings } from '#src/host/process/host.ts'
import { startTestHost, type TestHost } from './host.ts'
import { startTestMailbox, type TestMailbox } from './shopping/mailbox.ts'
import { testSettings } from './settings.ts'

/** Auth, member and e-mail with a mailbox; the order service is played by the test. */
export interface IdentityShop {
  readonly shop: TestHost
  readonly mailbox: TestMailbox
  /** What the order service answers. */
  readonly neighbours: Neighbours
  readonly anyone: Client<typeof auth>
  /** An address nobody has used. */
  somebody(): string
  /** A proof that the caller reads mail at an address. */
  proof(to: string, purpose?: 'sign-up' | 'password-reset'): Promise<string>
  /** Signs a new person up. */
  join(to?: string): Promise<Session & { password: string }>
  /** The member whose session it is, as the edge would know them. */
  actorOf(session: Pick<Session, 'accessToken'>): Actor
}

export interface Neighbours {
  /** What the order service says keeps a member from leaving. */
  open: OpenOrders
  /** Whether a member ever ordered. */
  ordered: boolean
}

/** What a token says, unchecked: for looking at, not for trusting. */
export const claimsOf = (accessToken: string): AccessClaims =>
  JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()) as AccessClaims

export const PASSWORD = 'a fine password 1'

/** The roles there are for tests of identity. */
export const testRoles = ['catalog', 'members', 'operations', 'orders']

/** Starts the services of identity. Call it at the top of a test file. */
export const startIdentity = async (
  given: Partial<HostSettings> & { settings?: Settings } = {},
): Promise<IdentityShop> => {
  const mailbox = await startTestMailbox()
  const neighbours: Neighbours = { open: [], ordered: false }
  const orders: Endpoint = {
    call: async (operation) =>
      operation === 'closeForLeaving'
        ? { open: neighbours.open, ordered: neighbours.ordered }
        : { items: [], nextCursor: null },
  }
  const shop = await startTestHost([authServiceOf({ roles: () => testRoles }), memberService, emailService], {
    elsewhere: (service) => (service === 'order' ? orders : undefined),
    ...given,
    settings: { ...testSettings, SMTP_URL: mailbox.smtpUrl, ...given.settings },
  })
  const anyone = shop.as(auth, { kind: 'anonymous' })
  const mails = shop.as(email, { kind: 'anonymous' })
  let people = 0
  const somebody = (): string => `person${++people}@example.com`
  const proof: IdentityShop['proof'] = async (to, purpose = 'sign-up') => {
    const before = (await mailbox.messages(to)).length
    await mails.sendCode({ email: to, purpose })
    return (await mails.verifyCode({ email: to, purpose, code: await mailbox.code(to, before + 1) })).proof
  }
  return {
    shop,
    mailbox,
    neighbours,
    anyone,
    somebody,
    proof,
    join: async (to = somebody()) => ({
      ...(await anyone.signUp({ email: to, password: PASSWORD, name: '홍길동', emailProof: await proof(to) })),
      password: PASSWORD,
    }),
    actorOf: ({ accessToken }) => {
      const { sub, sid, roles } = claimsOf(accessToken)
      return roles.length > 0
        ? { kind: 'staff', memberId: sub, sessionId: sid, roles }
        : { kind: 'member', memberId: sub, sessionId: sid }
    },
  }
}
