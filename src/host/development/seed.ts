import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemContext } from '#kernel/call.ts'
import { withContext } from '#kernel/context.ts'
import type { Runtime } from '#kernel/runtime.ts'
import { seedSampleCatalogue, type Seeded } from '#samples/seed.ts'
import { catalog } from '#services/catalog/contract.ts'
import { product } from '#services/product/contract.ts'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { analyzeOwn } from '#engines/postgres/analyze.ts'
import type { Host } from '../process/host.ts'

const LOADED = 'samples-loaded'
/** Milliseconds to wait for the catalog to project the loaded products; it continues in the background. */
const TIMEOUT_MS = 20_000

interface Given {
  readonly runtime: Runtime
  readonly progress: (line: string) => void
}

/** Loads the sample catalogue on the first start. A start that was cut off loads the rest. */
export const seedShop = async (host: Host, settings: ProcessSettings, given: Given): Promise<void> => {
  const marker = join(settings.JANGTEO_DATA, LOADED)
  if (existsSync(marker)) return
  const { made } = await loadSamples(host, given)
  given.progress(`Loaded ${made} sample products`)
  writeFileSync(marker, '')
}

/** Loads what is missing of the sample catalogue, and waits until the shop window shows it. */
export const loadSamples = async (host: Host, { runtime, progress }: Given): Promise<Seeded> =>
  withContext(systemContext('seed', runtime, 120_000), async () => {
    progress('Loading the sample catalogue')
    const seeded = await seedSampleCatalogue(host.client(product, 'seed'))
    // Plans made while the tables were empty would read all of them.
    for (const each of host.services) await analyzeOwn(each.db)
    await shown(host, seeded.made + seeded.known, runtime)
    return seeded
  })

/** Waits until the catalogue shows the last product loaded, so that the first visitor finds a full shop. */
const shown = async (host: Host, count: number, runtime: Runtime): Promise<void> => {
  const until = runtime.now() + TIMEOUT_MS
  const client = host.client(catalog, 'seed')
  let seen = 0
  let cursor: string | undefined
  while (seen < count && runtime.now() < until) {
    const page = await client.list({ limit: 100, sort: 'newest', ...(cursor && { cursor }) })
    seen += page.items.length
    if (page.nextCursor) cursor = page.nextCursor
    else if (seen < count) {
      seen = 0
      cursor = undefined
      await runtime.sleep(100)
    }
  }
}
