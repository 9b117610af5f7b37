import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '#kernel/fault.ts'
import { METHOD_NOT_ALLOWED, ROUTE_NOT_FOUND } from '#kernel/faults.ts'
import { retryAfterOf } from '#kernel/call/problem.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { PageContext } from '../../../web/context.ts'
import { CROSS_SITE, isCrossSite } from '../identity/cross-site.ts'
import type { AllowedMethods } from '../api/allowed-methods.ts'
import { acceptedCoding } from '../http/content-encoding.ts'
import { BAD_REQUEST } from '../http/faults.ts'
import { isHost } from '../http/request/host.ts'
import { pathOf } from '../http/request/request-target.ts'
import type { Limiter } from '../limits/limits.ts'
import { pageHeaders } from './page-headers.ts'

/** What the pages need of the host. */
export interface PagesOptions {
  /** Folder made by `ensurePagesBuilt`. */
  readonly buildDir: string
  readonly runtime: Pick<Runtime, 'random'>
  /** The shop as the request's viewer sees it. Cookies it sets on the reply are sent with the page. */
  shopFor(request: FastifyRequest, reply: FastifyReply): PageContext | Promise<PageContext>
  /** Origin the payment script comes from, when it is not this one. */
  readonly tossSdkUrl: string
  /** Counts pages; files that never change are not counted. */
  readonly limiter: Limiter
  /** Is told which methods pages and files take. */
  readonly allowed: AllowedMethods
}

type Handler = (request: Request, page: PageContext, nonce: string) => Promise<Response>

/** The part of the built pages that the host uses. */
interface PagesBuild {
  readonly entry: {
    readonly module: {
      pagesHandler(build: PagesBuild, onError: (error: unknown, where: string) => void): Handler
      /** Which methods the page at a path takes; none where there is no page. */
      pageMethods(build: PagesBuild): (path: string) => readonly string[]
    }
  }
}

/** Origins besides ours whose forms may be sent to pages: none. */
const nobody: ReadonlySet<string> = new Set()

const refuse = (reply: FastifyReply, fault: Fault): FastifyReply => {
  const { ko, en } = fault.messages
  const retryAfter = retryAfterOf(fault)
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  return reply.code(fault.status).type('text/plain; charset=utf-8').send(`${ko}\n${en}\n`)
}

/** Whether what was sent is a form: pages read nothing else, and would fail on it. */
const isForm = async ({ headers, body }: FastifyRequest): Promise<boolean> => {
  const type = headers['content-type'] ?? ''
  const sent = new Response((body as Uint8Array<ArrayBuffer> | undefined) ?? '', { headers: { 'content-type': type } })
  return sent.formData().then(
    () => true,
    () => false,
  )
}

/** Counts a page; answers why it is refused. */
const tooMany = async (limiter: Limiter, request: FastifyRequest): Promise<Fault | undefined> => {
  try {
    await limiter.arrived(request.ip, { headers: [], least: Infinity })
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

const YEAR_MS = 31_536_000_000
const FORM_LIMIT = 256 * 1024
const FILE_METHODS = ['GET', 'HEAD']

/**
 * Serves the storefront: its hashed assets for ever, and every other address rendered for its viewer. Forms from other
 * sites are refused. Register it last: it answers whatever nobody else does.
 */
export const pages =
  ({ buildDir, runtime, shopFor, tossSdkUrl, limiter, allowed }: PagesOptions): FastifyPluginAsync =>
  async (app) => {
    const client = join(buildDir, 'client')
    await app.register(assets(client))
    const hashed = new Set(readdirSync(join(client, 'assets')).map((name) => `/assets/${name}`))
    allowed.addPaths((path) => (hashed.has(path) ? FILE_METHODS : []))
    const build = (await import(pathToFileURL(join(buildDir, 'server', 'index.js')).href)) as PagesBuild
    const render = build.entry.module.pagesHandler(build, (error, where) =>
      app.log.error({ err: error, where }, 'page failed'),
    )

    allowed.addPaths(build.entry.module.pageMethods(build))

    await app.register(async (inner: FastifyInstance) => {
      inner.removeAllContentTypeParsers()
      inner.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: FORM_LIMIT }, (_request, body, done) =>
        done(null, body),
      )
      inner.route({
        method: ['GET', 'HEAD', 'POST'],
        url: '/*',
        handler: async (request, reply) => {
          // As with every answer of the API: whoever asks for help names it.
          reply.header('x-request-id', request.id)
          if (request.method === 'POST') {
            const path = pathOf(request.raw.url!)
            const methods = allowed.of(path)
            // Forms of pages with scripts go to addresses of the router's own.
            if (!methods.includes('POST') && !path.endsWith('.data')) {
              if (methods.length === 0) return refuse(reply, ROUTE_NOT_FOUND())
              return refuse(reply.header('allow', [...methods, 'OPTIONS'].join(', ')), METHOD_NOT_ALLOWED())
            }
            if (isCrossSite(request.headers, nobody)) return refuse(reply, CROSS_SITE())
            if (!(await isForm(request))) return refuse(reply, BAD_REQUEST())
          }
          const refused = await tooMany(limiter, request)
          if (refused) return refuse(reply, refused)
          const nonce = Buffer.from(runtime.random(16)).toString('base64')
          const page = await shopFor(request, reply)
          const response = await render(webRequest(request, reply), page, nonce)
          return answer(request, reply, response, pageHeaders(nonce, tossSdkUrl, page.viewer.kind === 'member'))
        },
      })
    })
  }

/** The client's files. What has a hash in its name never changes. */
const assets =
  (root: string): FastifyPluginAsync =>
  async (app) => {
    // Files lie there in each coding: which one is asked for is read in one way everywhere.
    app.addHook('onRequest', async ({ raw: { headers } }) => {
      const { coding } = acceptedCoding(headers['accept-encoding'] as string | undefined)
      if (coding === undefined) delete headers['accept-encoding']
      else headers['accept-encoding'] = coding
    })
    const common = { root, preCompressed: true, index: false, dotfiles: 'ignore', decorateReply: false } as const
    await app.register(fastifyStatic, {
      ...common,
      root: join(root, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: YEAR_MS,
    })
    await app.register(fastifyStatic, {
      ...common,
      wildcard: false,
      globIgnore: ['assets/**', '**/*.br', '**/*.gz', '.vite/**'],
      maxAge: 86_400_000,
    })
  }

/** Where the client reached us. What a proxy brought of it may be the client's own words. */
const originOf = ({ protocol, host, raw }: FastifyRequest): string =>
  `${protocol === 'https' ? 'https' : 'http'}://${[host, raw.headers.host].find((each) => each !== undefined && isHost(each)) ?? 'localhost'}`

/** The request as the router reads it; it ends when the client goes away. */
const webRequest = (request: FastifyRequest, reply: FastifyReply): Request => {
  const gone = new AbortController()
  reply.raw.once('close', () => reply.raw.writableFinished || gone.abort())
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':')) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return new Request(`${originOf(request)}${request.raw.url}`, {
    method: request.method,
    headers,
    signal: gone.signal,
    ...(request.method === 'POST' && { body: (request.body as Uint8Array<ArrayBuffer> | undefined) ?? '' }),
  })
}

/** Sends the router's response, packed while it streams when the browser can unpack it. */
const answer = (
  request: FastifyRequest,
  reply: FastifyReply,
  response: Response,
  headers: Readonly<Record<string, string>>,
): FastifyReply => {
  reply.code(response.status).headers(headers)
  for (const [name, value] of response.headers) if (name !== 'set-cookie') reply.header(name, value)
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie)
  if (!response.body) return reply.send()
  const body = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream)
  const { coding } = acceptedCoding(request.headers['accept-encoding'] as string | undefined)
  if (coding === undefined) return reply.send(body)
  const packer =
    coding === 'br'
      ? createBrotliCompress({
          flush: constants.BROTLI_OPERATION_FLUSH,
          params: { [constants.BROTLI_PARAM_QUALITY]: 4 },
        })
      : createGzip({ flush: constants.Z_SYNC_FLUSH, level: 5 })
  reply.header('content-encoding', coding)
  reply.removeHeader('content-length')
  body.on('error', (error) => packer.destroy(error))
  return reply.send(body.pipe(packer))
}
