import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Embedded, startEmbedded } from '#engines/postgres/embedded/start.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { type BenchShop, topologies } from './topologies.ts'

/** A fresh shop of a topology, its database, and what its processes were told. */
export interface UnderLoad {
  readonly shop: BenchShop
  readonly embedded: Embedded
  readonly env: Readonly<Record<string, string>> & { readonly JANGTEO_STAFF_PASSWORD: string }
  /** The folder of the run; gone afterwards. */
  readonly root: string
}

interface Given {
  readonly say: (line: string) => void
  /** Settings of the database beside those of the embedded one. */
  readonly database?: string
  /** Settings of the shop beside those every run has. */
  readonly settings?: Readonly<Record<string, string>>
}

const startDatabase = async (root: string, { say, database }: Given): Promise<Embedded> => {
  const dataDir = join(root, 'db')
  const start = () => startEmbedded({ dataDir, runtime: systemRuntime(), progress: say })
  const embedded = await start()
  if (database === undefined) return embedded
  await embedded.stop()
  writeFileSync(join(dataDir, 'postgres', 'local.conf'), database)
  return start()
}

const audit = (env: Readonly<Record<string, string>>, say: (line: string) => void): boolean => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['src/main.ts', 'audit'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  if (status !== 0) say(`${stdout}${stderr}`)
  return status === 0
}

/**
 * Starts a fresh shop of a topology, lets `measure` put it under load, and audits it. Answers what `measure` did; nothing
 * when the audit finds a violation: then there are no figures.
 */
export const underLoad = async <T>(
  topology: string,
  given: Given,
  measure: (under: UnderLoad) => Promise<T>,
): Promise<T | undefined> => {
  const { say } = given
  const root = mkdtempSync(join(tmpdir(), 'jangteo-bench-'))
  const embedded = await startDatabase(root, given)
  const env = {
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    // As in production: development traces every request.
    TRACE_PERCENT: '1',
    DATABASE_URL: embedded.url,
    JANGTEO_DATA: join(root, 'data'),
    JANGTEO_PAGES: 'off',
    JANGTEO_INTERNAL_SECRET: 'the secret of the bench, no other use',
    JANGTEO_STAFF_PASSWORD: 'password of the bench',
    JANGTEO_PASSWORD_MEMORY: '1024',
    JANGTEO_CODES_PER_CLIENT: '100000',
    ...given.settings,
  }
  let stop = async (): Promise<void> => {}
  try {
    say(`Starting the shop: ${topology} …`)
    const shop = await topologies[topology]!(env)
    stop = shop.stop
    const measured = await measure({ shop, embedded, env, root })
    say('Auditing …')
    return audit(env, say) ? measured : undefined
  } finally {
    await stop()
    await embedded.stop()
    rmSync(root, { recursive: true, force: true })
  }
}
