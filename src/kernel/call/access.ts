import type { CallContext } from '../context.ts'
import type { Access } from '../contract.ts'
import { FORBIDDEN, UNAUTHENTICATED } from '../faults.ts'
import type { Fault } from '../fault.ts'

/**
 * Whether a call is allowed; the fault to answer with if not. Deny by default: an access nobody wrote a rule for refuses.
 * Services calling on their own behalf (consumers, sweeps) may call what services may.
 */
export const refusal = (access: Access, context: CallContext): Fault | undefined => {
  const { actor, caller } = context
  const inside = caller !== 'edge'
  if (access === 'public') return undefined
  if (access === 'service') return inside ? undefined : FORBIDDEN()
  const signedIn = actor.kind === 'member' || actor.kind === 'staff'
  if (access === 'guest') return signedIn || actor.kind === 'guest' ? undefined : UNAUTHENTICATED()
  if (access === 'member') return signedIn ? undefined : UNAUTHENTICATED()
  if (typeof access === 'object') {
    if (actor.kind === 'system') return inside ? undefined : FORBIDDEN()
    if (actor.kind === 'staff') return actor.roles.includes(access.staff) ? undefined : FORBIDDEN()
  }
  return signedIn ? FORBIDDEN() : UNAUTHENTICATED()
}
