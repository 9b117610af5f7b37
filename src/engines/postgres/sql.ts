import { createHash } from 'node:crypto'
import type { Statement } from '#kernel/store.ts'
import { bound } from './encode.ts'

const names = new WeakMap<TemplateStringsArray, { text: string; name: string }>()
const namesOfTexts = new Map<string, string>()

const nameOf = (text: string): string => `q${createHash('sha1').update(text).digest('base64url').slice(0, 16)}`

/**
 * A statement whose text a program put together, of constants only: what varies are `values`, bound as `$1`, `$2`, …. There must be a
 * bounded number of texts: each is prepared once on each connection.
 */
export const statement = (text: string, values: readonly unknown[]): Statement => {
  let name = namesOfTexts.get(text)
  if (name === undefined) namesOfTexts.set(text, (name = nameOf(text)))
  return { text, name, values: values.map(bound) }
}

/**
 * A parameterised statement: every value becomes a bind parameter, never text. The statement is named by its own text,
 * so each connection prepares it once. Arrays bind as PostgreSQL arrays.
 */
export const sql = (parts: TemplateStringsArray, ...values: readonly unknown[]): Statement => {
  let known = names.get(parts)
  if (!known) {
    let text = parts[0]!
    for (let i = 1; i < parts.length; i++) text += `$${i}${parts[i]}`
    known = { text, name: nameOf(text) }
    names.set(parts, known)
  }
  return { text: known.text, name: known.name, values: values.map(bound) }
}
