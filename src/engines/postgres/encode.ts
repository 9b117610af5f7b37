const needsEscape = /["\\]/

const quoted = (text: string): string =>
  `"${needsEscape.test(text) ? text.replace(/\\/g, '\\\\').replace(/"/g, '\\"') : text}"`

const element = (value: unknown): string => {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Date) return `"${value.toISOString()}"`
  if (value instanceof Uint8Array)
    return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`
  if (Array.isArray(value)) return literal(value)
  return quoted(JSON.stringify(value))
}

const literal = (values: readonly unknown[]): string => {
  let text = '{'
  for (let i = 0; i < values.length; i++) text += i === 0 ? element(values[i]) : `,${element(values[i])}`
  return `${text}}`
}

/**
 * A value as it is bound: arrays as PostgreSQL array literals, instants in UTC. The driver would do the same for any
 * value and any type; batches bind arrays of hundreds of elements many times a second.
 */
export const bound = (value: unknown): unknown => {
  if (Array.isArray(value)) return literal(value)
  return value instanceof Date ? value.toISOString() : value
}
