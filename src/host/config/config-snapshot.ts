import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Runtime } from '#kernel/runtime.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Central } from './live-settings.ts'

/** Snapshot of the last good configuration on the host's disk, for a start while the service is unavailable. */
export interface ConfigSnapshot {
  readonly path: string
  /** Reads the snapshot; undefined where there is none. Throws an Error with the reason when it cannot be used. */
  read(): Promise<Central | undefined>
  /** Replaces the snapshot atomically, readable by this user only. */
  write(central: Central): Promise<void>
}

const schema = z.object({
  format: z.literal(1),
  environment: z.string(),
  id: z.string(),
  version: z.int().min(0),
  values: z.array(
    z.object({ place: z.string(), name: z.string(), value: z.string().nullable(), sealed: z.string().nullable() }),
  ),
  mark: z.string(),
})

const MARK = 'config-copy'

const parsed = (text: string): z.output<typeof schema> => {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new Error('it is no copy of a configuration, or was cut off')
  }
}

export const configSnapshot = (given: {
  /** The data directory. */
  readonly folder: string
  readonly environment: string
  /** Hosts that share a data directory have each a copy of their own. */
  readonly host: string
  readonly secrets: Secrets
  readonly runtime: Runtime
}): ConfigSnapshot => {
  const { folder, environment, host, secrets, runtime } = given
  const path = join(folder, 'config', `${environment}.${host.replace(/[^\w.-]/g, '_')}.json`)
  const partsOf = ({ id, version, values }: Central): string[] => [
    environment,
    id,
    String(version),
    JSON.stringify(values),
  ]
  return {
    path,
    read: async () => {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      if (text === undefined) return undefined
      const snapshot = parsed(text)
      const central = { id: snapshot.id, version: snapshot.version, values: snapshot.values }
      if (snapshot.environment !== environment) throw new Error(`it is of the environment ${snapshot.environment}`)
      if (!secrets.macs(MARK, ...partsOf(central)).includes(snapshot.mark))
        throw new Error('it was changed, or written under another JANGTEO_SECRET')
      return central
    },
    write: async (central) => {
      const { id, version, values } = central
      const mark = secrets.mac(MARK, ...partsOf(central))
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const draft = `${path}.${runtime.id()}`
      try {
        const file = await open(draft, 'wx', 0o600)
        try {
          await file.writeFile(`${JSON.stringify({ format: 1, environment, id, version, values, mark })}\n`)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(draft, path)
      } finally {
        await rm(draft, { force: true })
      }
    },
  }
}
