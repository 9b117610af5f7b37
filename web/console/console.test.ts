import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { RouterContextProvider } from 'react-router'
import type { PageContext, Viewer } from '../context.ts'
import { pageContext } from '../shared/server/page.server.ts'
import { consoleRoutes } from './routes.ts'
import { places } from './kit/menu.ts'
import { staffAct, staffLoad } from './kit/staff.server.ts'
import { roles } from '#src/shop.ts'

const argsFor = (viewer: Viewer, method = 'GET') => {
  const context = new RouterContextProvider()
  context.set(pageContext, { locale: 'en', viewer, shop: {} } as PageContext)
  const request = new Request('http://shop.test/console/config', {
    method,
    ...(method === 'POST' && { body: new URLSearchParams({ name: 'x' }) }),
  })
  return { context, request, url: new URL('http://shop.test/console/config'), params: {}, pattern: '' } as never
}
const MEMBER: Viewer = { kind: 'member', memberId: 'm' }

test('nothing of the console is done for anybody but staff', async () => {
  let done = 0
  const loader = staffLoad(async ({ roles }) => (done++, roles))
  const action = staffAct(async ({ roles }) => (done++, roles))
  for (const viewer of [{ kind: 'anonymous' }, { kind: 'guest' }] as const)
    await assert.rejects(loader(argsFor(viewer)), (thrown: Response) => {
      assert.equal(thrown.headers.get('location'), '/sign-in?next=%2Fconsole%2Fconfig')
      return true
    })
  await assert.rejects(action(argsFor({ kind: 'anonymous' }, 'POST')), (thrown: Response) => thrown.status === 302)
  for (const viewer of [MEMBER, { ...MEMBER, roles: [] }]) {
    await assert.rejects(loader(argsFor(viewer)), (thrown: { init: { status: number }; data: { message: string } }) => {
      assert.equal(thrown.init.status, 403)
      assert.match(thrown.data.message, /not allowed/)
      return true
    })
    const refused = (await action(argsFor(viewer, 'POST'))) as { init: { status: number } }
    assert.equal(refused.init.status, 403)
  }
  assert.equal(done, 0)
  const staff: Viewer = { ...MEMBER, roles: ['operations'] }
  assert.deepEqual(await loader(argsFor(staff)), ['operations'])
  assert.deepEqual(await action(argsFor(staff, 'POST')), ['operations'])
})

test('the menu asks for roles that there are', () => {
  const names = roles.map((each) => each.name)
  for (const { to, role } of places) assert.ok(role === undefined || names.includes(role), `${to} asks for ${role}`)
})

test('every route of the console is guarded: its loader and its action are made for staff', () => {
  const web = new URL('../', import.meta.url)
  const routes = consoleRoutes.map(({ file }) => file)
  for (const path of ['console/frame.tsx', ...routes]) {
    const code = readFileSync(new URL(path, web), 'utf8')
    assert.match(code, /^export const loader = staffLoad\(/m, `${path} has a loader for staff`)
    if (/export (const|async function|function) action\b/.test(code))
      assert.match(code, /^export const action = staffAct\(/m, `${path} has an action for staff`)
  }
  const pages = globSync('console/**/*.tsx', { cwd: web }).filter((path) =>
    /^export default /m.test(readFileSync(new URL(path, web), 'utf8')),
  )
  assert.deepEqual(pages.sort(), ['console/frame.tsx', ...routes].sort(), 'every page is a route')
})
