import { z } from 'zod'
import { fault } from '../fault.ts'

/** The largest version: PostgreSQL's `integer`. */
export const MAX_VERSION = 2_147_483_647

/**
 * The version of something as whoever changes it has read it. A write that names it cannot overwrite what its author has
 * not seen: it is refused with VERSION_CONFLICT (optimistic locking).
 */
export const expectedVersion = z.number().int().min(1).max(MAX_VERSION)

/** Somebody else wrote since the caller read; nothing was stored. Its data is the present version. */
export const VERSION_CONFLICT = fault(
  'VERSION_CONFLICT',
  409,
  {
    ko: ({ version }) =>
      `그사이 다른 사람이 내용을 바꾸었습니다(지금 ${version}판). 바뀐 내용을 확인한 뒤 다시 시도해 주세요.`,
    en: ({ version }) =>
      `Somebody else changed this meanwhile (now version ${version}). Look at what changed and try again.`,
  },
  z.object({ version: z.int() }),
)
