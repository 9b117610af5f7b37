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
