import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** A content coding that answers can have, besides none at all. */
export type Coding = 'br' | 'gzip'

/** What a client accepts of that. */
export interface Accepted {
  /** The best of our codings; undefined where an answer as it is suits at least as well. */
  readonly coding: Coding | undefined
  /** Whether an answer as it is was refused: even a small one is encoded then. */
  readonly required: boolean
}

const OURS: readonly Coding[] = ['br', 'gzip']
const NOTHING: Accepted = { coding: undefined, required: false }

const weightOf = (parameters: readonly string[]): number => {
  const given = parameters.map((each) => each.trim().toLowerCase()).find((each) => each.startsWith('q='))
  if (given === undefined) return 1
  const weight = Number(given.slice(2))
  return weight >= 0 && weight <= 1 ? weight : 0
}

const read = (header: string): Accepted => {
  const weights = new Map<string, number>()
  for (const part of header.split(',', 50)) {
    const [name = '', ...parameters] = part.split(';')
    const coding = name
      .trim()
      .toLowerCase()
      .replace(/^x-gzip$/, 'gzip')
    if (coding !== '') weights.set(coding, weightOf(parameters))
  }
  const any = weights.get('*')
  // What is not named is refused; an answer as it is only where that is said.
  const plain = weights.get('identity') ?? any
  let best: Coding | undefined
  let weight = 0
  for (const coding of OURS) {
    const its = weights.get(coding) ?? any ?? 0
    if (its > weight) [best, weight] = [coding, its]
  }
  // `*` speaks for all that is not named, so it prefers an answer as it is to none of ours.
  const preferred = weights.has('identity') && plain! > weight ? undefined : best
  return { coding: preferred, required: plain === 0 && preferred !== undefined }
}

/** Browsers and libraries send few different ones. */
const MEMORY = 200
const known = new Map<string, Accepted>()

/**
 * What an `Accept-Encoding` accepts (RFC 9110 §12.5.3): names in any case, weights, `*`, `identity;q=0`. Who accepts nothing
 * we have is answered without a coding all the same.
 */
export const acceptedCoding = (header: string | undefined): Accepted => {
  if (header === undefined || header === '') return NOTHING
  let accepted = known.get(header)
  if (accepted === undefined) {
    if (known.size >= MEMORY) known.clear()
    known.set(header, (accepted = read(header)))
  }
  return accepted
}

/** Bytes from which an answer is worth encoding: less fits one packet anyway. */
export const WORTH_ENCODING = 1_024

const inBrotli = promisify(brotliCompress)
const inGzip = promisify(gzip)

/** Encodes in the thread pool. `often`: an answer that is given again and again is worth more time. */
const encode = (body: string | Buffer, coding: Coding, often: boolean): Promise<Buffer> =>
  coding === 'br'
    ? inBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: often ? 5 : 1 } })
    : inGzip(body, { level: often ? 6 : 1 })

type Encodings = Partial<Record<Coding, Buffer | Promise<Buffer>>>
const encodings = new WeakMap<Buffer, Encodings>()

/**
 * A body in a coding. Bytes are those of an answer that is kept (documents, views of the catalog): they are encoded once and
 * their encodings live as long as they do. A text is encoded for this answer alone, fast.
 */
export const encoded = (body: string | Buffer, coding: Coding): Buffer | Promise<Buffer> => {
  if (typeof body === 'string') return encode(body, coding, false)
  let made = encodings.get(body)
  if (made === undefined) encodings.set(body, (made = {}))
  return (made[coding] ??= encode(body, coding, true).then((bytes) => (made[coding] = bytes)))
}
