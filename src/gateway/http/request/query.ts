/** Under it a query holds the names of members that are no percent-encoded UTF-8. */
export const UNDECODABLE = Symbol('undecodable')

/** A query by name; a name given several times holds all its values. It inherits nothing: `__proto__` is a name like any. */
export type Query = Record<string, string | string[]> & { [UNDECODABLE]?: string[] }

const decoded = (text: string): string | undefined => {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return undefined
  }
}

/** Reads a query as forms send it. What cannot be decoded is noted and left out. */
export const parseQuery = (text: string): Query => {
  const query = Object.create(null) as Query
  if (text === '') return query
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const rawName = equals === -1 ? pair : pair.slice(0, equals)
    const name = decoded(rawName)
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1))
    if (name === undefined || value === undefined) {
      ;(query[UNDECODABLE] ??= []).push(name ?? rawName)
      continue
    }
    const before = query[name]
    if (before === undefined) query[name] = value
    else if (typeof before === 'string') query[name] = [before, value]
    else before.push(value)
  }
  return query
}
