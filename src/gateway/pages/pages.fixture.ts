import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// A build as small as one can be: it answers with what the host gave it.
const server = `export const entry = { module: {
  pageMethods: () => (path) => path === '/x' ? ['GET', 'HEAD', 'POST'] : path === '/products' ? ['GET', 'HEAD'] : [],
  pagesHandler: (build, onError) => async (request, page, nonce) => {
  if (new URL(request.url).pathname === '/boom') { onError(new Error('boom'), 'render'); return new Response('broken', { status: 500 }) }
  const headers = new Headers({ 'content-type': 'text/html; charset=utf-8' })
  headers.append('set-cookie', 'a=1; Path=/'); headers.append('set-cookie', 'b=2; Path=/')
  const body = request.method === 'POST' ? Object.fromEntries(await request.formData()) : {}
  return new Response(JSON.stringify({ url: request.url, nonce, name: page.name, body }), { status: 201, headers })
} } }`

/** Makes such a build in a folder of its own, which the caller removes: one page `/products`, one with a form `/x`, a file. */
export const smallBuild = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'jangteo-pages-'))
  await mkdir(join(folder, 'client/assets'), { recursive: true })
  await mkdir(join(folder, 'server'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  await writeFile(join(folder, 'server/index.js'), server)
  await writeFile(join(folder, 'client/assets/app-1a2b.js'), 'whole')
  await writeFile(join(folder, 'client/assets/app-1a2b.js.br'), 'packed')
  await writeFile(join(folder, 'client/robots.txt'), 'User-agent: *')
  return folder
}
