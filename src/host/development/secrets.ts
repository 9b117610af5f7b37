import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Runtime } from '#kernel/runtime.ts'

const missing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
const there = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST'

/**
 * A secret of development: made once and kept in the data directory for this user alone. Of several starts at once all
 * get the same: the file appears whole, and the first stays. Answers whether it is new.
 */
const storedSecret = (
  folder: string,
  name: string,
  runtime: Runtime,
  make: () => string,
): { readonly value: string; readonly fresh: boolean } => {
  const path = join(folder, name)
  const read = (): string => readFileSync(path, 'utf8').trim()
  try {
    return { value: read(), fresh: false }
  } catch (error) {
    if (!missing(error)) throw error
  }
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  const draft = `${path}.${runtime.id()}`
  const value = make()
  writeFileSync(draft, `${value}\n`, { mode: 0o600 })
  try {
    linkSync(draft, path)
    return { value, fresh: true }
  } catch (error) {
    if (!there(error)) throw error
    return { value: read(), fresh: false }
  } finally {
    rmSync(draft)
  }
}

const text = (runtime: Runtime, bytes: number) => () => Buffer.from(runtime.random(bytes)).toString('base64url')

/** The key-encryption secret of a development shop. */
export const developmentSecret = (folder: string, runtime: Runtime): string =>
  storedSecret(folder, 'secret', runtime, text(runtime, 32)).value

/** The password of the development staff account; `fresh` when it was made up just now and must be shown once. */
export const developmentStaffPassword = (folder: string, runtime: Runtime) =>
  storedSecret(folder, 'staff-password', runtime, text(runtime, 12))
