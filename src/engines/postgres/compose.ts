import { createHash } from 'node:crypto'
import type { Statement } from '#kernel/store.ts'

const names = new Map<string, string>()

/** Joins statements into one; parameters are numbered anew. Texts must be few, for each is prepared once per connection. */
export const compose = (parts: readonly Statement[], by = ' '): Statement => {
  const values: unknown[] = []
  const text = parts
    .map((part) => {
      const shift = values.length
      values.push(...part.values)
      return part.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + shift}`)
    })
    .join(by)
  let name = names.get(text)
  if (!name) {
    name = `c${createHash('sha1').update(text).digest('base64url').slice(0, 16)}`
    names.set(text, name)
  }
  return { text, values, name }
}
