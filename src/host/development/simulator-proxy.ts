import type { FastifyPluginAsync } from 'fastify'
import { Pool } from 'undici'

/** Headers that belong to one connection, not to the message. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host', 'expect'])

/** Passes everything below `prefix` on to another host and its answers back, unread. For development. */
export const simulatorProxy =
  (prefix: string, origin: string): FastifyPluginAsync =>
  async (app) => {
    const pool = new Pool(origin, { connections: 32 })
    app.addHook('onClose', () => pool.close())
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    app.all(`${prefix}/*`, async (request, reply) => {
      const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !ofTheConnection.has(name)))
      const answer = await pool.request({
        path: request.raw.url!,
        method: request.method as 'GET',
        headers: { ...headers, 'x-forwarded-host': request.headers.host },
        ...(request.body ? { body: request.body as never } : {}),
      })
      reply.code(answer.statusCode)
      for (const [name, value] of Object.entries(answer.headers))
        if (value !== undefined && !ofTheConnection.has(name)) reply.header(name, value)
      return reply.send(answer.body)
    })
  }
