import { createHash } from 'node:crypto'
import type { Statement } from '#kernel/store.ts'
import { bound } from './encode.ts'

const names = new WeakMap<TemplateStringsArray, { text: string; name: string }>()

/**
 * A parameterised statement: every value becomes a bind parameter, never text. The statement is named by its own text,
 * so each connection prepares it once. Arrays bind as PostgreSQL arrays.
 */
export const sql = (parts: TemplateStringsArray, ...values: readonly unknown[]): Statement => {
  let known = names.get(parts)
  if (!known) {
    let text = parts[0]!
    for (let i = 1; i < parts.length; i++) text += `$${i}${parts[i]}`
    known = { text, name: `q${createHash('sha1').update(text).digest('base64url').slice(0, 16)}` }
    names.set(parts, known)
  }
  return { text: known.text, name: known.name, values: values.map(bound) }
}
