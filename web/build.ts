import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'

/** Every file the pages are made of, in a fixed order. */
const sources = async (root: string): Promise<string[]> => {
  const inWeb = await readdir(join(root, 'web'), { recursive: true, withFileTypes: true })
  const contracts = (await readdir(join(root, 'src/services'))).map((name) =>
    join(root, 'src/services', name, 'contract.ts'),
  )
  return [
    ...inWeb
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('.react-router')),
    ...contracts,
    join(root, 'package-lock.json'),
  ].sort()
}

/** The SHA-256 of everything the pages are made of. */
const fingerprint = async (root: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const path of await sources(root)) {
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (content) hash.update(relative(root, path)).update('\0').update(content).update('\0')
  }
  return hash.digest('hex')
}

/** Runs the bundler apart, so that the shop never loads it; rejects with what it said when it fails. */
const bundle = (root: string, buildDir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const manifest = createRequire(import.meta.url).resolve('@react-router/dev/package.json')
    const child = spawn(process.execPath, [join(manifest, '../bin.cjs'), 'build', join(root, 'web')], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', JANGTEO_PAGES_BUILD: buildDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The pages could not be built:\n${said.trim()}`)),
    )
  })

/** Packs every text asset beside itself, once, so that serving it costs nothing. */
const precompress = async (folder: string): Promise<void> => {
  const { brotliCompress, constants, gzip } = await import('node:zlib')
  const { promisify } = await import('node:util')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = entries.filter((entry) => entry.isFile() && /\.(js|css|svg|json|txt)$/.test(entry.name))
  await Promise.all(
    texts.map(async (entry) => {
      const path = join(entry.parentPath, entry.name)
      const content = await readFile(path)
      if (content.length < 500) return
      const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
      await writeFile(`${path}.br`, await promisify(brotliCompress)(content, quality))
      await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
    }),
  )
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Removes builds other than this one and the one before, which an older shop may still be serving. */
const prune = async (builds: string, current: string): Promise<void> => {
  const others = (await readdir(builds)).filter((name) => name !== current)
  const aged = await Promise.all(
    others.map(async (name) => ({ name, at: (await stat(join(builds, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  )
  aged.sort((a, b) => b.at - a.at)
  await Promise.all(aged.slice(1).map(({ name }) => rm(join(builds, name), { recursive: true, force: true })))
}

/**
 * Makes sure there is a build of the pages as their sources stand, and answers with its folder, which is named after
 * them. Builds only when something changed, in a process of its own; a build appears whole or not at all, so that shops
 * starting at the same time, or cut off half way, do each other no harm.
 */
export const ensurePagesBuilt = async (root: string, progress: (line: string) => void = () => {}): Promise<string> => {
  const name = (await fingerprint(root)).slice(0, 16)
  const builds = join(root, 'build', 'pages')
  const buildDir = join(builds, name)
  if (await isThere(buildDir)) return buildDir
  progress('Building the pages')
  const fresh = join(root, 'build', `pages.${process.pid}`)
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  try {
    await bundle(root, fresh)
    await precompress(join(fresh, 'client'))
    await mkdir(builds, { recursive: true })
    await rename(fresh, buildDir).catch(async (error: unknown) => {
      if (!(await isThere(buildDir))) throw error
    })
    await prune(builds, name)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return buildDir
}
