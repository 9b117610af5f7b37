import assert from 'node:assert/strict'

/** A request as it goes out. */
export interface Wrong {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** What came back. */
export interface Refusal {
  readonly status: number
  readonly code: string | undefined
  readonly text: string
}

let turn = 0

/** Faults of the edge that no operation lists. */
const EDGE = new Set(['ROUTE_NOT_FOUND', 'METHOD_NOT_ALLOWED', 'BAD_REQUEST', 'HEADERS_TOO_LARGE'])

/**
 * Sends a request, in Korean and English by turns, and asserts what must hold whatever is sent: never a 5xx, and a
 * refusal is a whole problem document in the caller's language with a code that the operation announces.
 */
export const send = async (
  origin: string,
  { method, path, headers, body }: Wrong,
  known: readonly string[] | undefined,
  what: string,
): Promise<Refusal> => {
  const locale = turn++ % 2 === 0 ? 'ko' : 'en'
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: {
      'accept-language': locale,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: body as BodyInit }),
    redirect: 'manual',
  })
  const text = await answer.text()
  const told = `${method} ${path} with ${what}: ${answer.status} ${text.slice(0, 300)}`
  assert.ok(answer.status < 500, told)
  if (answer.status < 400) return { status: answer.status, code: undefined, text }
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, told)
  const problem = JSON.parse(text)
  assert.equal(problem.status, answer.status, told)
  assert.ok(problem.message.ko.length > 0 && problem.message.en.length > 0, told)
  assert.match(problem.message.ko, /[가-힣]/, told)
  assert.equal(problem.detail, problem.message[locale], told)
  assert.equal(answer.headers.get('content-language'), locale, told)
  assert.equal(problem.requestId, answer.headers.get('x-request-id'), told)
  assert.ok(known === undefined || known.includes(problem.code) || EDGE.has(problem.code), `${told}: unannounced code`)
  for (const each of problem.errors ?? []) assert.ok(each.code && each.message.ko && each.message.en, told)
  return { status: answer.status, code: problem.code, text }
}

/** Runs work over a list, some at a time. */
export const each = async <T>(list: readonly T[], work: (item: T) => Promise<void>, width = 12): Promise<void> => {
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(width, list.length) }, async () => {
      while (next < list.length) await work(list[next++]!)
    }),
  )
}
