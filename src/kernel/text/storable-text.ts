/** Whether PostgreSQL can store a text: it holds neither U+0000 nor a lone surrogate, which is no character. */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed()

/**
 * A text as PostgreSQL can store it: what it cannot becomes U+FFFD (replacement character). For what others say and we
 * cannot refuse, such as a provider's answer or an error; what people send us is refused instead.
 */
export const storable = (text: string): string =>
  isStorable(text) ? text : text.toWellFormed().replaceAll('\u0000', '\ufffd')

/**
 * Where a value holds text that cannot be stored, as a dotted path; undefined where it holds none. Names of members count.
 * Any depth, without recursion.
 */
export const unstorableAt = (input: unknown): string | undefined => {
  const left: { readonly value: unknown; readonly path: string }[] = [{ value: input, path: '' }]
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, path } = next
    if (typeof value === 'string') {
      if (!isStorable(value)) return path
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        if (!isStorable(key)) return path
        if (typeof member === 'string' ? !isStorable(member) : typeof member === 'object')
          left.push({ value: member, path: path ? `${path}.${key}` : key })
      }
    }
  }
  return undefined
}
