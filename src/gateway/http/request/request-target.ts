/** A request target in the one form that everything at the edge compares: routes, limits, pages, upgrades. */
export interface RequestTarget {
  /** Path and query; the path is normalised, the query only made ASCII. */
  readonly url: string
  /** The authority of an absolute-form target (`GET http://shop/x`), which goes before the Host header. */
  readonly authority?: string
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)/i
const UNRESERVED = /[A-Za-z0-9._~-]/
/** What may stand in a path as it is (RFC 3986, pchar and the slash), besides percent-encoded bytes. */
const PATH_CHARACTER = /[A-Za-z0-9._~!$&'()*+,;=:@/-]/
const ESCAPE = /%[0-9A-Fa-f]{2}/y

const escaped = (code: number): string => `%${code.toString(16).toUpperCase().padStart(2, '0')}`

/** Decodes what needs no encoding, encodes what does, and writes the rest of the escapes in upper case; undefined for a broken escape. */
const canonicalCharacters = (path: string): string | undefined => {
  let out = ''
  for (let at = 0; at < path.length; at++) {
    const character = path[at]!
    ESCAPE.lastIndex = at
    // Node.js hands out each byte as one character.
    if (character !== '%') out += PATH_CHARACTER.test(character) ? character : escaped(path.charCodeAt(at))
    else if (!ESCAPE.test(path)) return undefined
    else {
      const decoded = String.fromCharCode(Number.parseInt(path.slice(at + 1, at + 3), 16))
      out += UNRESERVED.test(decoded) ? decoded : path.slice(at, at + 3).toUpperCase()
      at += 2
    }
  }
  return out
}

/** Merges repeated slashes, as proxies do, and takes out dot segments (RFC 3986 §5.2.4). */
const withoutDots = (path: string): string => {
  const segments: string[] = []
  const given = path.split(/\/+/).slice(1)
  for (const [i, segment] of given.entries()) {
    const last = i === given.length - 1
    if (segment === '..') segments.pop()
    if (segment !== '.' && segment !== '..') segments.push(segment)
    else if (last) segments.push('')
  }
  return `/${segments.join('/')}`
}

const canonicalQuery = (query: string): string =>
  query.replace(/[^\x21\x22\x24-\x7e]/g, (character) => escaped(character.charCodeAt(0)))

/** Whether a target is in its one form already: by far the most are. */
const isCanonical = (target: string): boolean => {
  if (target.charCodeAt(0) !== 47) return false
  let inPath = true
  let before = 0
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at)
    if (code <= 0x20 || code > 0x7e || code === 35) return false
    if (!inPath) continue
    // A dot or a slash after a slash, and what is never, or not always, written as itself: " % < > \ ^ ` { | }
    if (before === 47 && (code === 46 || code === 47)) return false
    if (code === 34 || code === 37 || code === 60 || code === 62 || code === 92 || code === 94 || code === 96)
      return false
    if (code >= 123 && code <= 125) return false
    if (code === 63) inPath = false
    before = code
  }
  return true
}

/**
 * Normalises a request target as RFC 3986 §6.2.2 has it, so that no two spellings of one path are told apart anywhere:
 * `/%68ealth`, `//health` and `/api/../health` are `/health`. An encoded slash stays encoded and is no separator.
 * Undefined for a target that is no path (but for `*`) and for one with a broken escape.
 */
export const requestTarget = (target: string): RequestTarget | undefined => {
  if (isCanonical(target) || target === '*') return { url: target }
  const absolute = ABSOLUTE.exec(target)
  const rest = absolute ? target.slice(absolute[0].length) : target
  const query = rest.indexOf('?')
  const given = query === -1 ? rest : rest.slice(0, query)
  if (!given.startsWith('/') && !(absolute && given === '')) return undefined
  const characters = canonicalCharacters(given === '' ? '/' : given)
  if (characters === undefined) return undefined
  const path = withoutDots(characters)
  return {
    url: query === -1 ? path : `${path}?${canonicalQuery(rest.slice(query + 1))}`,
    ...(absolute && { authority: absolute[1]! }),
  }
}

/** The path of a normalised target. */
export const pathOf = (url: string): string => {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}
