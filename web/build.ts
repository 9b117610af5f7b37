import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'

const STAMP = 'sources.sha256'

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

/**
 * Makes sure the built pages match their sources and answers with their folder. Builds only when something changed, in a
 * process of its own and beside the old build, which stays in place until the new one is whole.
 */
export const ensurePagesBuilt = async (root: string, progress: (line: string) => void = () => {}): Promise<string> => {
  const buildDir = join(root, 'build', 'pages')
  const wanted = await fingerprint(root)
  const built = await readFile(join(buildDir, STAMP), 'utf8').catch(() => '')
  if (built === wanted) return buildDir
  progress('Building the pages…')
  const fresh = join(root, 'build', `pages.${process.pid}`)
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  try {
    await bundle(root, fresh)
    await precompress(join(fresh, 'client'))
    await writeFile(join(fresh, STAMP), wanted)
    await rm(buildDir, { recursive: true, force: true })
    await rename(fresh, buildDir)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return buildDir
}
