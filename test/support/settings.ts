import type { Settings } from '#kernel/service.ts'

/** Settings for tests: quick password hashes, and limits by network that a test's many people do not meet. */
export const testSettings = {
  JANGTEO_SECRET: 'a secret for tests that nobody needs to guess',
  JANGTEO_PASSWORD_MEMORY: 64,
  JANGTEO_PASSWORD_PASSES: 1,
  JANGTEO_CODES_PER_CLIENT: 100_000,
  JANGTEO_CODE_TRIES_PER_CLIENT: 100_000,
  JANGTEO_SIGN_IN_FAILURES_PER_CLIENT: 100_000,
} as const satisfies Settings
