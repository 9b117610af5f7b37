import { memberOf, type Actor } from '#kernel/context.ts'
import { instant } from '#kernel/contract.ts'
import { UNAUTHENTICATED } from '#kernel/faults.ts'
import { secretsOf } from '#kernel/secrets/secrets.ts'
import { batched, service, sweep } from '#kernel/service.ts'
import { secretSettings } from '#kernel/settings/shared.ts'
import { order } from '#services/order/contract.ts'
import { addresses } from './addresses.ts'
import { member, MEMBER_WITHDRAWN, memberWithdrawn, ORDERS_OPEN, type Member } from './contract.ts'
import { resealMembers } from './reseal.ts'
import { memberRoles } from './roles.ts'
import {
  destroyRetained,
  findMembers,
  insertMember,
  lockMember,
  noteConsent,
  saveProfile,
  type MemberRow,
} from './store.ts'
import { withdrawMember } from './withdraw.ts'

const shown = (row: MemberRow): Member => ({ ...row, createdAt: instant(row.createdAt) })

/** Profiles and addresses. */
export const memberService = service(
  member,
  {
    needs: { order },
    emits: [memberWithdrawn],
    settings: secretSettings,
    roles: memberRoles,
    migrations: new URL('./migrations/', import.meta.url),
  },
  (tools) => {
    const { db, runtime, call } = tools
    const secrets = secretsOf(tools.settings, runtime)

    const found = async (ids: readonly string[]): Promise<Map<string, Member>> =>
      new Map((await findMembers(db, [...new Set(ids)])).map((row) => [row.id, shown(row)]))

    return {
      operations: {
        ...addresses(tools, secrets),
        // A token outlives the membership by a few seconds: to the shop its bearer is nobody.
        me: batched(async (_, contexts: readonly { readonly actor: Actor }[]) => {
          const ids = contexts.map((each) => memberOf(each.actor))
          const members = await found(ids)
          return ids.map((id) => members.get(id) ?? UNAUTHENTICATED())
        }),
        find: batched(async (inputs: readonly { readonly id: string }[]) => {
          const members = await found(inputs.map((each) => each.id))
          return inputs.map((each) => members.get(each.id) ?? null)
        }),
        create: async ({ id, email, name }) => {
          await db.query(insertMember(id, email, name, runtime.now()))
          const made = (await found([id])).get(id)
          if (!made) throw MEMBER_WITHDRAWN()
          return made
        },
        updateMe: ({ name, phone, marketingConsent }, { actor }) =>
          db.tx('member.update-me', async (tx) => {
            const before = await lockMember(tx, memberOf(actor))
            if (!before) throw UNAUTHENTICATED()
            const after = {
              ...before,
              ...(name !== undefined && { name }),
              ...(phone !== undefined && { phone }),
              ...(marketingConsent !== undefined && { marketingConsent }),
            }
            await tx.query(saveProfile(after))
            if (after.marketingConsent !== before.marketingConsent)
              await tx.query(noteConsent(after.id, 'MARKETING', after.marketingConsent, runtime.now()))
            return shown(after)
          }),
        withdraw: async (_, { actor }) => {
          const memberId = memberOf(actor)
          // From here on the order service takes no order of theirs: none can be placed between its answer and the end.
          const { open, ordered } = await call.order.closeForLeaving({ memberId })
          if (open.length > 0) throw ORDERS_OPEN({ open })
          await withdrawMember(tools, secrets, memberId, ordered)
        },
      },
      reseal: () => resealMembers(db, secrets),
      sweeps: [sweep('destroy-retained', 3_600_000, (now) => destroyRetained(db, now))],
    }
  },
)
