import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Runtime } from '#kernel/runtime.ts'
import { languageOf, refuse, type Answer, type Language } from './answer.ts'
import { errorNamed } from './errors.ts'
import type { Fault, Faults, Scope } from '../faults/faults.ts'
import type { Command, Ledger } from '../payments/ledger.ts'
import type { Merchant, Merchants } from '../merchants.ts'
import type { Posting, Webhooks } from '../webhooks/webhooks.ts'

/** What one call is about, once its caller is known. */
export interface Asked {
  readonly request: FastifyRequest
  readonly merchant: Merchant
  readonly language: Language
}

/** A call's own part: a command for the ledger, an answer, or the code of a refusal. */
export type Plan = Pick<Command, 'paymentKey' | 'orderId' | 'decide'> | Answer | string

export interface Exchange {
  /** Handles a call under all of the house rules of the API: keys, idempotency, forced errors, faults. */
  handle(
    scope: Scope,
    plan: (asked: Asked) => Plan | Promise<Plan>,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>
}

const text = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header)

/** Idempotency key, API key, method and address together name a request; its body is no part of it (domain.md §1.3). */
const scopeOf = (request: FastifyRequest, merchant: Merchant, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([merchant.secretKey, request.method, request.url.split('?')[0], key]))
    .digest('base64url')

const refusing = (code: string): Plan => ({ decide: () => ({ refused: code }) })

const strange = (answer: Answer, change: (body: Record<string, unknown>) => Record<string, unknown>): Answer => ({
  ...answer,
  body: JSON.stringify(change(JSON.parse(answer.body) as Record<string, unknown>)),
})

const withUnknownFields = (body: Record<string, unknown>) => ({
  ...body,
  settlementHint: { days: 2, note: '새 필드' },
  riskScore: 0.1,
  tags: [],
})

const withUnknownStatus = (body: Record<string, unknown>) =>
  'status' in body ? { ...body, status: 'UNDER_REVIEW', method: '양자결제' } : body

/** The posting of webhooks that the faults of a scope ask for. */
export const postingUnder = async (faults: Faults, scope: Scope): Promise<Posting> => {
  if (faults.list().length === 0) return {}
  if (await faults.strike('webhook-off', scope)) return { off: true }
  const late = await faults.strike('webhook-reorder', scope)
  const repeated = await faults.strike('webhook-duplicate', scope)
  return {
    ...(late && { heldBack: late.ms ?? 3_000 }),
    ...(repeated && { duplicates: repeated.times ?? 1, freshIds: repeated.freshId ?? false }),
  }
}

export const exchange = (given: {
  readonly merchants: Merchants
  readonly faults: Faults
  readonly ledger: Ledger
  readonly webhooks: Webhooks
  readonly runtime: Runtime
}): Exchange => {
  const { merchants, faults, ledger, webhooks, runtime } = given
  const running = new Set<string>()

  const send = (reply: FastifyReply, answer: Answer): FastifyReply =>
    reply.code(answer.status).header('content-type', 'application/json;charset=utf-8').send(answer.body)

  const drop = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    reply.hijack()
    request.raw.socket.destroy()
    return reply
  }

  const forced = async (asked: Asked, scope: Scope): Promise<Plan | undefined> => {
    if (await faults.strike('http500', scope)) return refusing('FAILED_INTERNAL_SYSTEM_PROCESSING')
    const refusal = await faults.strike('refuse-cancel', scope)
    if (refusal) return refusing(refusal.code ?? 'REFUND_REJECTED')
    const code = asked.merchant.test ? text(asked.request.headers['tosspayments-test-code']) : undefined
    return code === undefined ? undefined : refusing(errorNamed(code) ? code : 'INVALID_REQUEST')
  }

  const perform = async (asked: Asked, scope: Scope, plan: Plan, key: string | undefined): Promise<Answer> => {
    if (typeof plan === 'object' && 'status' in plan) return plan
    const rule = typeof plan === 'string' ? (refusing(plan) as Exclude<Plan, string | Answer>) : plan
    const outcome = await ledger.execute({
      ...rule,
      mid: asked.merchant.mid,
      language: asked.language,
      scope: key,
      posting: await postingUnder(faults, scope),
    })
    if (outcome.webhooks.length > 0) {
      if (await faults.strike('webhook-before-response', scope)) await webhooks.sendNow(outcome.webhooks)
      else webhooks.send(outcome.webhooks)
    }
    return outcome.answer
  }

  const wait = (delay: Fault | undefined): Promise<void> | undefined =>
    delay ? runtime.sleep(delay.ms ?? 1_000) : undefined

  const disturbed = async (scope: Scope, answer: Answer): Promise<Answer> => {
    if (await faults.strike('unknown-fields', scope)) answer = strange(answer, withUnknownFields)
    if (await faults.strike('unknown-status', scope)) answer = strange(answer, withUnknownStatus)
    if (await faults.strike('malformed-json', scope))
      answer = { ...answer, body: answer.body.slice(0, answer.body.length / 2) }
    return answer
  }

  const work = async (
    asked: Asked,
    reply: FastifyReply,
    scope: Scope,
    key: string | undefined,
    planOf: (asked: Asked) => Plan | Promise<Plan>,
  ) => {
    const quiet = faults.list().length === 0
    const delay = quiet ? undefined : await faults.strike('delay', scope)
    if (delay?.when !== 'after') await wait(delay)
    if (!quiet && (await faults.strike('drop-before-commit', scope))) return drop(asked.request, reply)
    const plan = (await forced(asked, scope)) ?? (await planOf(asked))
    // A refusal that nobody will ask for again needs no books.
    const answer =
      typeof plan === 'string' && key === undefined
        ? refuse(plan, asked.language)
        : await perform(asked, scope, plan, key)
    if (quiet) return send(reply, answer)
    if (delay?.when === 'after') await wait(delay)
    if (await faults.strike('drop-after-commit', scope)) return drop(asked.request, reply)
    return send(reply, await disturbed(scope, answer))
  }

  return {
    handle: (scope, planOf) => async (request, reply) => {
      const language = languageOf(request.headers['accept-language'])
      reply.header('x-tosspayments-trace-id', runtime.id().replaceAll('-', ''))
      const merchant = merchants.ofAuthorization(request.headers.authorization)
      if (typeof merchant === 'string') return send(reply, refuse(merchant, language))
      if (await faults.strike('rate-limit', scope)) return send(reply, refuse('TOO_MANY_REQUESTS', language))
      const asked = { request, merchant, language }
      const given = request.method === 'POST' ? text(request.headers['idempotency-key']) : undefined
      if (!given) return work(asked, reply, scope, undefined, planOf)
      if (given.length > 300) return send(reply, refuse('INVALID_IDEMPOTENCY_KEY', language))
      const key = scopeOf(request, merchant, given)
      if (running.has(key)) return send(reply, refuse('IDEMPOTENT_REQUEST_PROCESSING', language))
      running.add(key)
      try {
        return await work(asked, reply, scope, key, planOf)
      } finally {
        running.delete(key)
      }
    },
  }
}
