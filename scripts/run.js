import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { handOver } from './hand-over.js'
import { install } from './install.js'

// The way into every `npm run` verb: makes sure the packages are there, then hands over to the Node.js among them.

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [verb, ...args] = process.argv.slice(2)

/** What each verb runs, from the checkout's folder. */
const verbs = {
  start: ['src/main.ts', 'start'],
  migrate: ['src/main.ts', 'migrate'],
  seed: ['src/main.ts', 'seed'],
  reseal: ['src/main.ts', 'reseal'],
  status: ['src/main.ts', 'status'],
  'dead-letters': ['src/main.ts', 'dead-letters'],
  'search-index': ['src/main.ts', 'search-index'],
  audit: ['src/main.ts', 'audit'],
  openapi: ['src/main.ts', 'openapi'],
  serve: ['src/main.ts', 'serve'],
  engines: ['src/main.ts', 'engines'],
  cluster: ['src/main.ts', 'cluster'],
  bench: ['bench/main.ts'],
  test: ['scripts/test.ts'],
  'test:long': ['scripts/test.ts', '--long'],
  'test:browser': ['scripts/test.ts', '--browser'],
  'test:engines': ['scripts/test.ts', '--engines'],
  'test:faults': ['test/faults/main.ts'],
  'test:mutants': ['test/mutants/main.ts'],
  check: ['scripts/check.ts'],
}

const ownNode = () => {
  const { platform, arch } = process
  const found = [`node-${platform}-${arch}`, `node-bin-${platform}-${arch}`]
    .map((name) => join(root, 'node_modules', name, 'bin', 'node'))
    .find(existsSync)
  if (found) return found
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath
  throw new Error(
    `No Node.js 26 comes with the packages for ${platform}-${arch}: install it and run the command again.`,
  )
}

const main = async () => {
  const entry = verbs[verb]
  if (!entry) {
    process.stderr.write(`Usage: npm run <${Object.keys(verbs).join(' | ')}>\n`)
    return 2
  }
  const code = await install(root)
  if (code !== 0) {
    if (code !== 130) process.stderr.write('The packages could not be installed; npm says why above.\n')
    return code
  }
  const bin = join(root, 'node_modules', '.bin')
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) }
  process.chdir(root)
  handOver(ownNode(), [...entry, ...args], env)
  return undefined
}

try {
  const code = await main()
  if (code !== undefined) process.exitCode = code
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
