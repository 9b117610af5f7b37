import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { MALFORMED_BODY, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE } from '#kernel/faults.ts'
import { Fault } from '#kernel/fault.ts'
import { invalid } from '#kernel/input/invalid.ts'

const MAX_DEPTH = 32

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

const forbiddenKey = (key: string, value: object): boolean => {
  if (key === '__proto__') return true
  // Only the pair reaches a prototype; a lone `constructor` is somebody's word.
  const member = (value as Record<string, unknown>)[key]
  return key === 'constructor' && typeof member === 'object' && member !== null && Object.hasOwn(member, 'prototype')
}

/** The fault of a value that is nested too deep or names an object's prototype; nothing of ours reads such a value. */
const hostile = (value: unknown, depth: number): Fault | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_DEPTH)
    return invalid('', 'too_deep', { ko: '너무 깊게 중첩된 값입니다.', en: 'The value is nested too deep.' })
  if (Array.isArray(value)) {
    for (const member of value) {
      const fault = hostile(member, depth + 1)
      if (fault) return fault
    }
    return undefined
  }
  for (const key of Object.keys(value)) {
    if (forbiddenKey(key, value))
      return invalid(key, 'forbidden_key', { ko: '쓸 수 없는 이름입니다.', en: 'This name is not allowed.' })
    const fault = hostile((value as Record<string, unknown>)[key], depth + 1)
    if (fault) return fault
  }
  return undefined
}

/** Parses the bytes of a body as the JSON object an operation takes. Throws MALFORMED_BODY or INVALID_INPUT. */
const parseBody = (bytes: Buffer): Record<string, unknown> => {
  if (bytes.length === 0) return {}
  // Bytes that are no UTF-8 would silently become replacement characters.
  if (!isUtf8(bytes)) throw MALFORMED_BODY()
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    throw MALFORMED_BODY()
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('', 'invalid_type', { ko: 'JSON 객체여야 합니다.', en: 'The body must be a JSON object.' })
  const fault = hostile(value, 1)
  if (fault) throw fault
  return value as Record<string, unknown>
}

/** Collects a request's body, at most `limit` bytes. Rejects with PAYLOAD_TOO_LARGE, or MALFORMED_BODY when it breaks off. */
const collect = (raw: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let ended = false
    raw.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else reject(PAYLOAD_TOO_LARGE())
    })
    raw.on('end', () => {
      ended = true
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    raw.on('error', (error) => reject(error instanceof Fault ? error : MALFORMED_BODY()))
    // Every request closes in the end, and a fault that nobody sees costs as much as one that somebody does.
    raw.on('close', () => {
      if (!ended) reject(MALFORMED_BODY())
    })
  })

/**
 * Reads a request's body as a JSON object; none at all reads as an empty one.
 * Throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, MALFORMED_BODY or INVALID_INPUT.
 */
export const readBody = async (raw: IncomingMessage, limit: number): Promise<Record<string, unknown>> => {
  const { headers } = raw
  const length = headers['content-length']
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) return {}
  if (!JSON_TYPE.test(headers['content-type'] ?? '') || headers['content-encoding'] !== undefined)
    throw UNSUPPORTED_MEDIA_TYPE()
  if (Number(length) > limit) throw PAYLOAD_TOO_LARGE()
  return parseBody(await collect(raw, limit))
}
