import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { freshDatabase } from '#engines/postgres/embedded/for-tests.ts'
import { startShop, type Shop, type StartOptions } from '#src/host/start-shop.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import { steerableRuntime, type SteerableRuntime } from './clock.ts'

/** The staff account of a shop started for a test. */
export const STAFF = { email: 'staff@jangteo.local', password: 'staff password of tests' }

/** A whole shop for a test: every service, the simulators and the edge, on a database of its own. */
export interface TestShop extends Shop {
  /** Moves the shop's clock. */
  readonly runtime: SteerableRuntime
  readonly databaseUrl: string
}

/**
 * Starts a shop on a free port. Without samples and pages unless asked for. Call it at the top of a file; it stops after
 * the file's tests.
 */
export const startTestShop = async (
  given: Partial<StartOptions> & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<TestShop> => {
  const { env, ...options } = given
  const runtime = steerableRuntime()
  const database = await freshDatabase(runtime)
  const data = mkdtempSync(join(tmpdir(), 'jangteo-shop-'))
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: database.url,
    JANGTEO_DATA: data,
    JANGTEO_STAFF_PASSWORD: STAFF.password,
    JANGTEO_PASSWORD_MEMORY: '1024',
    LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
    ...env,
  })
  const running = await startShop(settings, {
    services: shop,
    runtime,
    samples: false,
    withPages: false,
    checkOutputs: true,
    ...options,
  })
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> =>
    (stopped ??= running.stop().finally(() => rmSync(data, { recursive: true, force: true })))
  after(stop)
  return { ...running, runtime, databaseUrl: database.url, stop }
}
