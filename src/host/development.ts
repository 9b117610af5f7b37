import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runtime } from '#kernel/runtime.ts'

/** A secret of development: made once and kept in the data directory, readable by its owner alone. Answers whether it is new. */
const keptSecret = (
  folder: string,
  name: string,
  make: () => string,
): { readonly value: string; readonly fresh: boolean } => {
  const path = join(folder, name)
  if (existsSync(path)) return { value: readFileSync(path, 'utf8').trim(), fresh: false }
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const value = make()
  writeFileSync(path, `${value}\n`, { mode: 0o600, flag: 'wx' })
  return { value, fresh: true }
}

/** The key-encryption secret of a development shop. */
export const developmentSecret = (folder: string, runtime: Runtime): string =>
  keptSecret(folder, 'secret', () => Buffer.from(runtime.random(32)).toString('base64url')).value

/** The password of the development staff account; `fresh` when it was made up just now and must be shown once. */
export const developmentStaffPassword = (folder: string, runtime: Runtime) =>
  keptSecret(folder, 'staff-password', () => Buffer.from(runtime.random(12)).toString('base64url'))
