/** The staff account of a shop started for a test. */
export const STAFF = { email: 'staff@jangteo.local', password: 'staff password of tests' }

/** The environment of a shop started for a test. */
export const shopSettings = (data: string, databaseUrl: string): Readonly<Record<string, string>> => ({
  PORT: '0',
  DATABASE_URL: databaseUrl,
  JANGTEO_DATA: data,
  JANGTEO_STAFF_PASSWORD: STAFF.password,
  JANGTEO_PASSWORD_MEMORY: '1024',
  LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
})
