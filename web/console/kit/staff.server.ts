import type { StaffRole } from '#kernel/contract.ts'
import { FORBIDDEN } from '#kernel/faults.ts'
import { act, load, membersOnly, type Visit } from '../../shared/server/page.server.ts'

/** A visit by a member of staff. */
export interface StaffVisit extends Visit {
  readonly roles: readonly StaffRole[]
}

/** Sends strangers to the sign-in page and back; refuses members who are no staff, before anything is asked of the shop. */
const staffOnly = <V extends Visit>(visit: V): V & StaffVisit => {
  membersOnly(visit)
  const { viewer } = visit.page
  const roles = viewer.kind === 'member' ? (viewer.roles ?? []) : []
  if (roles.length === 0) throw FORBIDDEN()
  return { ...visit, roles }
}

/**
 * A loader of the console. Every route of it has one, made by this (a test sees to it); which role a page needs is said
 * by the contracts of the operations it asks.
 */
export const staffLoad = <T>(work: (visit: StaffVisit) => Promise<T>) => load(async (visit) => work(staffOnly(visit)))

/** An action of the console; a refusal of the shop is an answer for the form that was sent. */
export const staffAct = <T>(work: (visit: StaffVisit & { readonly form: FormData }) => Promise<T>) =>
  act(async (visit) => work(staffOnly(visit)))
