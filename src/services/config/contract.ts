import { z } from 'zod'
import { contract, event, instantSchema, pageInput, pageOf, staff } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { shortProse } from '#kernel/text/one-line.ts'
import { MAX_VERSION, VERSION_CONFLICT } from '#kernel/input/versions.ts'
import { wholeNumber } from '#kernel/input/whole-number.ts'

const named = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/)

/** An environment: `development`, `production`, or a name of one's own, which is held to production's rules. */
export const environmentName = named
/** A service, `gateway`, or `shop` for all. */
const placeName = named
const settingName = z.string().regex(/^[A-Z][A-Z0-9_]{0,60}$/)
const versionNumber = wholeNumber(0, MAX_VERSION)
const reasonText = shortProse(2, 500)
const sentence = z.object({ ko: z.string(), en: z.string() })

export const NOTHING_CHANGES = fault('NOTHING_CHANGES', 409, {
  ko: '지금 값과 같아 바뀌는 것이 없습니다.',
  en: 'Nothing would change: these are the values in force.',
})
export const NO_SUCH_VERSION = fault('NO_SUCH_VERSION', 404, {
  ko: '그런 판은 없습니다.',
  en: 'There is no such version.',
})

/** Of a change: a text sets the value, null takes it away. */
const changeSchema = z.object({
  place: placeName,
  name: settingName,
  value: z.string().trim().min(1).max(2_000).nullable(),
})
export type Change = z.output<typeof changeSchema>

const versionSchema = z.object({
  number: z.int(),
  at: instantSchema,
  /** Who: a member of staff, with the name where it is known. */
  by: z.object({ memberId: z.uuid(), name: z.string().nullable() }),
  reason: z.string(),
  /** The version whose values it brought back. */
  restores: z.int().nullable(),
  changes: z.array(z.object({ place: placeName, name: settingName })),
})
export type Version = z.output<typeof versionSchema>

/** A value as it may be shown: of a secret only whether it is set. */
const shownValue = z.object({ set: z.boolean(), value: z.string().nullable() })

const differenceSchema = z.object({
  place: placeName,
  name: settingName,
  secret: z.boolean(),
  before: shownValue,
  after: shownValue,
})
export type Difference = z.output<typeof differenceSchema>

const placedValue = shownValue.extend({
  place: placeName,
  version: z.int(),
  at: instantSchema,
  by: z.object({ memberId: z.uuid(), name: z.string().nullable() }),
  /** Why hosts of this code leave it out, where they do; the next source counts then. */
  left: sentence.nullable(),
})

const settingSchema = z.object({
  name: settingName,
  about: sentence,
  shape: z.discriminatedUnion('type', [
    z.object({ type: z.literal('text') }),
    z.object({ type: z.literal('whole'), min: z.number(), max: z.number() }),
    z.object({ type: z.literal('choice'), words: z.array(z.string()) }),
  ]),
  secret: z.boolean(),
  /** Where it can be set: `shop`, and the services that read it. */
  places: z.array(placeName),
  /** What counts where neither it nor the host's environment gives a value; null for a secret, or when there is none. */
  otherwise: z.string().nullable(),
  values: z.array(placedValue),
})
export type Setting = z.output<typeof settingSchema>

/** What a host says of itself when it asks. */
const hostReport = z.object({
  name: z.string().min(1).max(100),
  /** The version it runs on; 0 for none. */
  version: z.int().min(0),
  /** Settings that its environment gives a value. */
  given: z.array(settingName).max(200),
  /** Of those, the ones it was told to keep, whatever the central configuration says. */
  kept: z.array(settingName).max(200),
  /** Central values it left out, because its code does not take them. */
  left: z.array(z.object({ place: placeName, name: settingName })).max(200),
})
export type HostReport = z.output<typeof hostReport>

const inEnvironment = { environment: environmentName }
const changing = { ...inEnvironment, expectedVersion: versionNumber, reason: reasonText }

export const config = contract('config', {
  list: {
    summary: 'Every setting that can be changed while the shop runs, with its values. Secrets are never shown.',
    method: 'GET',
    path: '/config/{environment}',
    access: staff('operations'),
    input: z.object(inEnvironment),
    output: z.object({
      environment: environmentName,
      /** Environments that hosts run in or that have values. */
      environments: z.array(environmentName),
      version: z.int(),
      settings: z.array(settingSchema),
      /** Values of settings that this version of the code does not know. */
      unknown: z.array(z.object({ place: placeName, name: settingName, version: z.int() })),
    }),
  },
  describe: {
    summary: 'One setting: what it is for, what it takes, and its values.',
    method: 'GET',
    path: '/config/{environment}/settings/{name}',
    access: staff('operations'),
    input: z.object({ ...inEnvironment, name: settingName }),
    output: settingSchema,
  },
  preview: {
    summary: 'What a change would do, checked as the change would be; nothing is stored.',
    method: 'POST',
    path: '/config/{environment}/preview',
    access: staff('operations'),
    repeatable: true,
    input: z.object({ ...inEnvironment, changes: z.array(changeSchema).min(1).max(50) }),
    output: z.object({ version: z.int(), differences: z.array(differenceSchema) }),
    faults: [NOTHING_CHANGES],
  },
  change: {
    summary: 'Sets or takes away values, all at once or none; hosts follow within two seconds.',
    method: 'POST',
    path: '/config/{environment}/versions',
    access: staff('operations'),
    status: 201,
    input: z.object({ ...changing, changes: z.array(changeSchema).min(1).max(50) }),
    output: versionSchema,
    faults: [VERSION_CONFLICT, NOTHING_CHANGES],
  },
  rollBack: {
    summary: 'Brings back the values of an earlier version, as a new version.',
    method: 'POST',
    path: '/config/{environment}/rollback',
    access: staff('operations'),
    status: 201,
    input: z.object({ ...changing, to: versionNumber }),
    output: versionSchema,
    faults: [VERSION_CONFLICT, NOTHING_CHANGES, NO_SUCH_VERSION],
  },
  history: {
    summary: 'Versions, newest first: who changed what, when and why.',
    method: 'GET',
    path: '/config/{environment}/versions',
    access: staff('operations'),
    input: z.object({ ...inEnvironment, ...pageInput }),
    output: pageOf(versionSchema),
  },
  version: {
    summary: 'One version: who changed what, when and why.',
    method: 'GET',
    path: '/config/{environment}/versions/{number}',
    access: staff('operations'),
    input: z.object({ ...inEnvironment, number: versionNumber }),
    output: versionSchema,
    faults: [NO_SUCH_VERSION],
  },
  diff: {
    summary: 'What is different between two versions; 0 is before the first. Of secrets only that they changed.',
    method: 'GET',
    path: '/config/{environment}/diff',
    access: staff('operations'),
    input: z.object({ ...inEnvironment, from: versionNumber, to: versionNumber }),
    output: z.object({ from: z.int(), to: z.int(), differences: z.array(differenceSchema) }),
    faults: [NO_SUCH_VERSION],
  },
  hosts: {
    summary: 'Hosts that asked in the last minutes, and the version each runs on.',
    method: 'GET',
    path: '/config/{environment}/hosts',
    access: staff('operations'),
    input: z.object(inEnvironment),
    output: z.object({
      version: z.int(),
      items: z.array(hostReport.extend({ seenAt: instantSchema, living: z.boolean() })),
    }),
  },
  current: {
    summary: 'The values of an environment for a host; none when it has them already. Secrets are sealed.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    deadline: 2_000,
    input: z.object({
      ...inEnvironment,
      /** `id` of the last answer. */
      after: z.string().max(100).optional(),
      host: hostReport.optional(),
    }),
    output: z.object({
      /** Names this version of these values; empty before the first. */
      id: z.string(),
      version: z.int(),
      /** Null when `after` names it. */
      values: z
        .array(
          z.object({
            place: placeName,
            name: settingName,
            value: z.string().nullable(),
            /** Base64, for a secret. */
            sealed: z.string().nullable(),
          }),
        )
        .nullable(),
    }),
  },
})

export const configChanged = event('config.changed', {
  version: 1,
  key: 'environment',
  summary: 'Settings of an environment changed: which ones, never their values.',
  payload: z.object({
    environment: environmentName,
    number: z.int(),
    by: z.uuid(),
    at: instantSchema,
    restores: z.int().nullable(),
    changes: z.array(z.object({ place: placeName, name: settingName })),
  }),
})
