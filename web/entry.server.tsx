import { PassThrough } from 'node:stream'
import { createReadableStreamFromReadable } from '@react-router/node'
import { isbot } from 'isbot'
import { renderToPipeableStream } from 'react-dom/server'
import {
  createRequestHandler,
  matchRoutes,
  RouterContextProvider,
  ServerRouter,
  type EntryContext,
  type HandleErrorFunction,
  type RouteObject,
  type ServerBuild,
} from 'react-router'
import type { PageContext } from './context.ts'
import { nonceContext } from './shared/server/nonce.server.ts'
import { pageContext } from './shared/server/page.server.ts'

/** Milliseconds a page may stream: as long as capturing a payment may take, and a little. */
export const streamTimeout = 17_000

/** Renders a page. Crawlers get it whole; everybody else as it becomes ready. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  routerContext: EntryContext,
  context: RouterContextProvider,
): Promise<Response> | Response {
  headers.set('content-type', 'text/html; charset=utf-8')
  if (request.method === 'HEAD') return new Response(null, { status, headers })
  const nonce = context.get(nonceContext)
  const whole = isbot(request.headers.get('user-agent'))
  return new Promise((resolve, reject) => {
    let begun = false
    const begin = (): void => {
      begun = true
      const body = new PassThrough({ final: (done) => (clearTimeout(timer), done()) })
      pipe(body)
      resolve(new Response(createReadableStreamFromReadable(body), { status, headers }))
    }
    const { pipe, abort } = renderToPipeableStream(
      <ServerRouter context={routerContext} url={request.url} nonce={nonce} />,
      {
        nonce,
        [whole ? 'onAllReady' : 'onShellReady']: begin,
        onShellError: (error) => (clearTimeout(timer), reject(error)),
        onError: (error) => {
          if (begun && !request.signal.aborted) report(error, 'render')
        },
      },
    )
    const timer = setTimeout(() => abort(new Error('The page took too long')), streamTimeout + 1_000)
    request.signal.addEventListener('abort', () => abort(request.signal.reason), { once: true })
  })
}

let report: (error: unknown, where: string) => void = (error, where) => console.error(where, error)

/** Errors that are nobody's answer: told to the host, which logs them with the request. */
export const handleError: HandleErrorFunction = (error, { request }) => {
  if (!request.signal.aborted) report(error, 'loader or action')
}

const FILE = ['GET', 'HEAD']

/**
 * Which methods the page at a path takes: POST where it has an action. None where there is no page; the catch-all that says
 * so is none. Requests of the router's own, such as `/cart.data`, are left to it.
 */
export const pageMethods = (build: ServerBuild): ((path: string) => readonly string[]) => {
  const all = Object.values(build.routes).filter((route) => route !== undefined)
  const below = (parentId: string | undefined): RouteObject[] =>
    all
      .filter((route) => route.parentId === parentId)
      .map(({ id, path, index }) =>
        index
          ? { id, index, ...(path !== undefined && { path }) }
          : { id, ...(path !== undefined && { path }), children: below(id) },
      )
  const tree = below(undefined)
  return (path) => {
    const route = matchRoutes(tree, path)?.at(-1)?.route
    const module = build.routes[route?.id ?? '']?.module
    if (!route || !module || route.path === '*') return []
    return [...(module.default || module.loader ? FILE : []), ...(module.action ? ['POST'] : [])]
  }
}

/** What the host drives: answers one request on behalf of the page context's viewer. */
export const pagesHandler = (build: ServerBuild, onError: (error: unknown, where: string) => void) => {
  report = onError
  // The host has judged where a form comes from; behind a proxy that ends TLS the router would take ours for foreign.
  const handle = createRequestHandler({ ...build, allowedActionOrigins: ['**'] }, 'production')
  return (request: Request, page: PageContext, nonce: string): Promise<Response> => {
    const context = new RouterContextProvider()
    context.set(pageContext, page)
    context.set(nonceContext, nonce)
    return handle(request, context)
  }
}
