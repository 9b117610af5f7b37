import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runtime } from '#kernel/runtime.ts'

/**
 * The secret of a development shop: made on the first start and kept in the data directory for this user alone. Of two
 * starts at once both get the same: the file appears whole, and the first stays.
 */
export const developmentSecret = (dataDir: string, runtime: Runtime): string => {
  const file = join(dataDir, 'secret')
  const read = (): string => readFileSync(file, 'utf8').trim()
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  const draft = `${file}.${runtime.id()}`
  writeFileSync(draft, `${Buffer.from(runtime.random(32)).toString('hex')}\n`, { mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return read()
}
