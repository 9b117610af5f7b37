import { createHash } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import { NOT_FOUND } from '#kernel/faults.ts'
import { PROBLEM_TYPE, problemOf } from '#kernel/call/problem.ts'
import { sampleImage } from './images.ts'

const DAY = 86_400
const ONE_WEEK = 7 * DAY

/** What a picture may do where it is opened by itself: be drawn, nothing else. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/**
 * Serves `GET /sample-images/:file`, the pictures of the sample catalogue. They are drawn when asked for and may be
 * kept a week; afterwards the ETag tells whether they changed. An unknown name is answered with a 404 problem.
 */
export const sampleImages: FastifyPluginAsync = async (app) => {
  app.get<{ Params: { file: string } }>('/sample-images/:file', (request, reply) => {
    const { file } = request.params
    const image = file.endsWith('.svg') ? sampleImage(file.slice(0, -4)) : undefined
    if (image === undefined) {
      const locale = request.headers['accept-language']?.startsWith('en') ? 'en' : 'ko'
      return reply
        .code(404)
        .type(PROBLEM_TYPE)
        .send(JSON.stringify(problemOf(NOT_FOUND(), locale, request.id)))
    }
    const tag = `"${createHash('sha256').update(image).digest('base64url').slice(0, 22)}"`
    reply
      .header('cache-control', `public, max-age=${ONE_WEEK}, stale-while-revalidate=${DAY}`)
      .header('etag', tag)
      .header('content-security-policy', POLICY)
      .header('x-content-type-options', 'nosniff')
    const known = request.headers['if-none-match']?.split(',').some((each) => each.trim().replace(/^W\//, '') === tag)
    return known ? reply.code(304).send() : reply.type('image/svg+xml; charset=utf-8').send(image)
  })
}
