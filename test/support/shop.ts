import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { startShop, type Shop, type StartOptions } from '#src/host/process/start-shop.ts'
import { readSettings } from '#src/settings.ts'
import { liveSettings, shop } from '#src/shop.ts'
import { steerableRuntime, type SteerableRuntime } from './clock.ts'
import { shopSettings } from './shop-settings.ts'

export { STAFF } from './shop-settings.ts'

const stops: (() => Promise<void>)[] = []
// Registered while the file loads, so that it belongs to the whole file: made inside a hook it would run after the hook.
after(async () => {
  for (const stop of stops) await stop()
})

/** A whole shop for a test: every service, the simulators and the edge, on a database of its own. */
export interface TestShop extends Shop {
  /** Moves the shop's clock. */
  readonly runtime: SteerableRuntime
  readonly databaseUrl: string
}

/**
 * Starts a shop on a free port. Without samples and pages unless asked for. It stops after the file's tests.
 */
export const startTestShop = async (
  given: Partial<StartOptions> & { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<TestShop> => {
  const { env, ...options } = given
  const runtime = steerableRuntime()
  const database = await freshDatabase(runtime)
  const data = mkdtempSync(join(tmpdir(), 'jangteo-shop-'))
  const settings = readSettings({ ...shopSettings(data, database.url), ...env })
  const running = await startShop(settings, {
    services: shop,
    liveSettings,
    runtime,
    samples: false,
    withPages: false,
    checkOutputs: true,
    ...options,
  })
  let stopped: Promise<void> | undefined
  const stop = (grace?: number): Promise<void> =>
    (stopped ??= running.stop(grace).finally(() => rmSync(data, { recursive: true, force: true })))
  stops.push(stop)
  return { ...running, runtime, databaseUrl: database.url, stop }
}
