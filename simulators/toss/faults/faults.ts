import { z } from 'zod'
import type { Runtime } from '#kernel/runtime.ts'
import type { Database } from '#kernel/store.ts'
import { errorNamed } from '../api/errors.ts'
import { clearFaults, readFaults, useStrike, writeFault } from './fault-store.ts'

/** What can be made to go wrong, and what it does. */
export const FAULTS = {
  delay: 'waits `ms` before the work, or after it with `when: "after"`',
  'drop-before-commit': 'breaks the connection before anything is done',
  'drop-after-commit': 'does the work and breaks the connection: approved, answer lost',
  http500: 'answers 500 without doing anything',
  'rate-limit': 'answers 429',
  'malformed-json': 'does the work and answers half of the JSON',
  'unknown-fields': 'adds members nobody has documented',
  'unknown-status': 'answers a status and a method nobody has documented',
  'refuse-card': 'the issuer refuses with `code`; with `keepOpen` the payment may be confirmed again',
  'refuse-cancel': 'turns a cancel down with `code`',
  'amount-mismatch-code': 'answers `code` to a confirm with another amount',
  'order-mismatch-code': 'answers `code` to a confirm with another order id',
  'hide-unapproved': 'answers 404 to a look-up of a payment that is not approved',
  'keep-waiting-past-due': 'an unpaid account stays WAITING_FOR_DEPOSIT past its due time',
  'webhook-off': 'sends no webhook',
  'webhook-before-response': 'delivers the webhook before the call is answered',
  'webhook-duplicate': 'sends `times` more of each webhook, under a transmission id of its own with `freshId`',
  'webhook-reorder': 'holds the webhook back for `ms`, so that later ones overtake it',
} as const

export type FaultName = keyof typeof FAULTS
const SCOPES = ['confirm', 'cancel', 'get', 'virtual-accounts', 'deposit', 'lapse', 'any'] as const
export type Scope = (typeof SCOPES)[number]

const settings = z.strictObject({
  scope: z.enum(SCOPES).default('any'),
  /** How many of a hundred calls it strikes. */
  percent: z.number().min(0).max(100).default(100),
  /** How many times it strikes; without end when left out. */
  count: z.number().int().min(1).max(1_000_000_000).optional(),
  ms: z.number().int().min(0).max(3_600_000).optional(),
  when: z.enum(['before', 'after']).optional(),
  code: z
    .string()
    .refine((code) => errorNamed(code) !== undefined, 'a code Toss documents')
    .optional(),
  keepOpen: z.boolean().optional(),
  times: z.number().int().min(1).max(20).optional(),
  freshId: z.boolean().optional(),
})

/** Named switches; a list where a fault is set for several scopes. */
export const faultsInput = z.partialRecord(
  z.enum(Object.keys(FAULTS) as [FaultName, ...FaultName[]]),
  z.union([settings, z.array(settings)]),
)

export interface Fault extends z.output<typeof settings> {
  readonly name: FaultName
  /** Strikes left; null without end. */
  readonly remaining: number | null
}

export interface Faults {
  /** The settings of the fault if it strikes this call; uses up one strike. */
  strike(name: FaultName, scope: Scope): Promise<Fault | undefined>
  list(): readonly Fault[]
  set(given: z.output<typeof faultsInput>): Promise<void>
  /** Switches off one fault, or all. */
  clear(name?: FaultName): Promise<void>
  /** Reads again what is switched on: after a start, or because another process may have changed it. */
  reload(): Promise<void>
}

/** The faults switched on, kept in the database and known in memory, so that a call without faults pays nothing. */
export const faultSwitches = (db: Database, runtime: Runtime): Faults => {
  let active: readonly Fault[] = []
  const reload = async (): Promise<void> => {
    active = await readFaults(db)
  }
  return {
    strike: async (name, scope) => {
      if (active.length === 0) return undefined
      const fault = active.find(
        (each) => each.name === name && (each.scope === scope || each.scope === 'any') && each.remaining !== 0,
      )
      if (!fault) return undefined
      if (fault.percent < 100 && (Buffer.from(runtime.random(4)).readUInt32BE() / 2 ** 32) * 100 >= fault.percent)
        return undefined
      if (fault.remaining === null) return fault
      const struck = await useStrike(db, fault.name, fault.scope)
      active = active.map((each) => (each === fault ? { ...each, remaining: struck ? each.remaining! - 1 : 0 } : each))
      return struck ? fault : undefined
    },
    list: () => active,
    set: async (given) => {
      for (const [name, value] of Object.entries(given)) {
        for (const each of [value].flat()) {
          await writeFault(db, { ...each, name: name as FaultName, remaining: each.count ?? null })
        }
      }
      await reload()
    },
    clear: async (name) => {
      await clearFaults(db, name ?? null)
      await reload()
    },
    reload,
  }
}
