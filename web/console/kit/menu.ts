import type { StaffRole } from '#kernel/contract.ts'
import type { ConsoleWords } from './words/index.ts'

/** A page of the console: where it is, what it is called (`text/`), and the role its operations ask for. */
export interface Place {
  readonly to: string
  readonly key: keyof ConsoleWords['places']
  /** None: any member of staff. */
  readonly role?: StaffRole
}

/** The console's menu. What a place shows is guarded by the contracts it asks, not by this list. */
export const places: readonly Place[] = [
  { to: '/console', key: 'overview' },
  { to: '/console/status', key: 'status', role: 'operations' },
  { to: '/console/config', key: 'config', role: 'operations' },
]

/** The places somebody with these roles can use. */
export const placesFor = (roles: readonly StaffRole[]): readonly Place[] =>
  places.filter(({ role }) => role === undefined || roles.includes(role))
