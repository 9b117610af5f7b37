import { importRule, isTest, nameOf, type Rule, serviceOf } from './rule.ts'

/** The pages that put the shop together may see every service's wiring; nothing else may. */
const COMPOSITION = new Set(['src/shop.ts', 'src/main.ts'])

/** A service shows others its contract and nothing else. */
export const contractsOnly: Rule = importRule((path, { target }) => {
  const theirs = target && serviceOf(target)
  if (!theirs || serviceOf(path) === theirs || nameOf(target) === 'contract.ts') return undefined
  return isTest(path) || COMPOSITION.has(path) ? undefined : 'only contract.ts may be imported from another service'
})

/** A contract speaks of other contracts and the kernel's words only. */
export const contractsStandAlone: Rule = importRule((path, { target, specifier }) => {
  if (nameOf(path) !== 'contract.ts' || !serviceOf(path)) return undefined
  const allowed = target ? target.startsWith('src/kernel/') || nameOf(target) === 'contract.ts' : specifier === 'zod'
  return allowed ? undefined : 'a contract imports the kernel, zod and other contracts only'
})

/** Folder → what of ours it may import. Tests may import more: they put parts together. */
const layers: readonly (readonly [folder: string, allowed: readonly string[]])[] = [
  ['src/kernel/', ['src/kernel/']],
  ['src/engines/', ['src/engines/', 'src/kernel/']],
  ['src/services/', ['src/services/', 'src/engines/', 'src/kernel/']],
  ['simulators/', ['simulators/', 'src/engines/', 'src/kernel/']],
  ['tools/', ['tools/', 'src/engines/', 'src/kernel/']],
]

/** Each layer knows only those below it. */
export const layersPointDown: Rule = importRule((path, { target }) => {
  if (!target || isTest(path)) return undefined
  const layer = layers.find(([folder]) => path.startsWith(folder))
  if (!layer || layer[1].some((folder) => target.startsWith(folder))) return undefined
  return `${layer[0]} may import ${layer[1].join(', ')} only`
})

/** Pages know the shop by its contracts: where a service runs is none of their business. */
export const webKnowsContracts: Rule = importRule((path, { target }) => {
  if (!path.startsWith('web/') || isTest(path) || !target || target.startsWith('web/')) return undefined
  const isContract = target === 'src/contracts.ts' || (serviceOf(target) && nameOf(target) === 'contract.ts')
  return isContract || target.startsWith('src/kernel/') ? undefined : 'web imports contracts and the kernel only'
})

const IO = /^(node:)?(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|cluster|timers)(\/|$)/
const IO_PACKAGES = new Set(['pg', 'undici', 'fastify', 'nodemailer', 'smtp-server', 'ws', 'ioredis', 'sharp'])

/** Files whose work is to reach something outside; every other file of a service is rules or handlers. */
const ADAPTER = /(^|-)(service|store|client|mailer|sender|stream)\.ts$/

/** Rules are read and tested without a database, a network or a disk. */
export const rulesDoNoIo: Rule = importRule((path, { specifier, typeOnly }) => {
  if (!serviceOf(path) || typeOnly || isTest(path) || ADAPTER.test(nameOf(path))) return undefined
  const io = IO.test(specifier) || IO_PACKAGES.has(specifier)
  return io ? 'only service, store, client, mailer, sender and stream files reach outside' : undefined
})

const mayHoldSql = (path: string): boolean =>
  isTest(path) || path.startsWith('src/engines/') || /(^|-)store\.ts$/.test(nameOf(path))

/** All SQL of a service is in its stores: a change of schema has one place to look. */
export const sqlInStores: Rule = importRule((path, { target, specifier, typeOnly }) => {
  if (mayHoldSql(path) || typeOnly) return undefined
  const reaches = target === 'src/engines/postgres/sql.ts' || specifier === 'pg'
  return reaches ? 'SQL belongs in store.ts, *-store.ts and the engines' : undefined
})

/** No file needs itself to load. Imports of types alone vanish and may go round. */
export const noCycles: Rule = (sources) => {
  const next = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.flatMap(({ target, typeOnly }) => (target && !typeOnly ? [target] : [])),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path)
    if (seen >= 0) {
      found.push(`${[...trail.slice(seen), path].join(' → ')}: files import each other in a circle`)
      return
    }
    if (done.has(path)) return
    for (const each of next.get(path) ?? []) visit(each, [...trail, path])
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return found
}
