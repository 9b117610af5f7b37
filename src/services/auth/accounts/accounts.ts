import type { Client } from '#kernel/contract.ts'
import type { Tools } from '#kernel/service.ts'
import { MEMBER_WITHDRAWN, type Member, type member as memberContract } from '#services/member/contract.ts'
import { activate, claimPending, dropPending } from './credential-store.ts'

/** Milliseconds after which a sign-up that was cut off is finished by the sweep. */
export const OVERDUE = 10_000
/** Milliseconds between the sweep's attempts at one sign-up. */
const AGAIN = 30_000

/** A credential on its way to being complete. */
export interface Unfinished {
  readonly memberId: string
  readonly email: string
  readonly pendingName: string
}

/** Finishes sign-ups: a credential exists first, then the profile, then the credential is complete. Each step can be repeated. */
export interface Accounts {
  /** Answers the profile; undefined for somebody who has withdrawn since, whose credential is then dropped. */
  finish(unfinished: Unfinished): Promise<Member | undefined>
  /** Finishes what is overdue; answers how many it took up. */
  finishOverdue(now: number): Promise<number>
}

export const accounts = ({ db, log }: Pick<Tools, 'db' | 'log'>, members: Client<typeof memberContract>): Accounts => {
  const finish: Accounts['finish'] = async ({ memberId, email, pendingName }) => {
    try {
      const member = await members.create({ id: memberId, email, name: pendingName })
      await db.query(activate(memberId))
      return member
    } catch (error) {
      if (!MEMBER_WITHDRAWN.is(error)) throw error
      await db.query(dropPending(memberId))
      return undefined
    }
  }
  return {
    finish,
    finishOverdue: async (now) => {
      const overdue = await claimPending(db, now, now + AGAIN)
      for (const each of overdue) {
        await finish(each).catch((error: unknown) =>
          log.warn({ err: error, member: each.memberId }, 'A sign-up could not be completed and will be retried'),
        )
      }
      return overdue.length
    },
  }
}
