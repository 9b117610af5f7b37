import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Plain JavaScript on purpose: it runs on whatever Node.js (20 or newer) the machine has, before anything is installed.

const packagesOf = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined)

/**
 * Whether an optional package of the lockfile must be there: one made for this system and processor. Packages for one C
 * library come in pairs of which npm picks one, and those without a system belong to another optional one.
 */
const isForHere = ({ os, cpu, libc }) => !libc && os?.includes(process.platform) && cpu?.includes(process.arch)

/**
 * Whether node_modules holds what package-lock.json asks for. npm notes what it installed in a lockfile inside
 * node_modules, as its last act: comparing the two needs no mark of ours and no right to write there.
 */
export const isInstalled = (root, environment = process.env) => {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !present) return false
  const lean = environment.NODE_ENV === 'production' || environment.npm_config_omit === 'dev'
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true
    if (present[path]) return present[path].version === entry.version
    return (lean && (entry.dev || entry.devOptional)) || (entry.optional && !isForHere(entry))
  })
}
