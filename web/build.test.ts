import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { ensurePagesBuilt } from './build.ts'

const here = join(import.meta.dirname, '..')
const root = await mkdtemp(join(tmpdir(), 'jangteo-build-'))
after(() => rm(root, { recursive: true, force: true }))
await cp(join(here, 'web'), join(root, 'web'), { recursive: true, filter: (path) => !path.includes('.react-router') })
for (const each of ['src', 'node_modules', 'package.json', 'package-lock.json'])
  await symlink(join(here, each), join(root, each))

type PagesHandler = (
  build: unknown,
  onError: (error: unknown) => void,
) => (request: Request, page: unknown, nonce: string) => Promise<Response>

const build = async (): Promise<{ folder: string; said: string[] }> => {
  const said: string[] = []
  return { folder: await ensurePagesBuilt(root, (line) => said.push(line)), said }
}

test('pages are built once, and anew only when a source changed', async () => {
  const first = await build()
  assert.deepEqual(first.said, ['Building the pages'])
  const built = (await import(pathToFileURL(join(first.folder, 'server/index.js')).href)) as {
    entry: { module: { pagesHandler: PagesHandler } }
  }
  const answer = built.entry.module.pagesHandler(built, (error) => assert.fail(String(error)))
  const signedIn = await answer(
    new Request('http://shop.test/sign-in', {
      method: 'POST',
      // As it is behind a proxy that ends TLS.
      headers: { origin: 'https://shop.test' },
      body: new URLSearchParams({ email: 'a@b.kr', password: 'secret', next: '/cart' }),
    }),
    {
      locale: 'ko',
      viewer: { kind: 'anonymous' },
      shop: { auth: { signIn: async () => ({}) } },
      signedIn: async () => {},
    },
    'nonce',
  )
  assert.equal(signedIn.status, 302)
  assert.equal(signedIn.headers.get('location'), '/cart')
  const assets = await readdir(join(first.folder, 'client/assets'))
  assert.ok(assets.some((name) => name.endsWith('.js.br')) && assets.some((name) => name.endsWith('.css.gz')))

  const again = await build()
  assert.deepEqual(again, { folder: first.folder, said: [] })

  await appendFile(join(root, 'web/app.css'), '/* another look */\n')
  const changed = await build()
  assert.deepEqual(changed.said, ['Building the pages'])
  assert.notEqual(changed.folder, first.folder)
  assert.equal((await readdir(join(root, 'build/pages'))).length, 2, 'the build before stays for who still serves it')
  assert.deepEqual(await readdir(join(root, 'build')), ['pages'])
})

test('a source that cannot be built is told, and leaves no build behind', async () => {
  await appendFile(join(root, 'web/storefront/catalog/home.tsx'), '\nconst = 1\n')
  const before = await readdir(join(root, 'build/pages'))
  await assert.rejects(build(), /The pages could not be built:[\s\S]*home\.tsx/)
  assert.deepEqual(await readdir(join(root, 'build/pages')), before)
})
