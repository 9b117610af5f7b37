/** A text with the password of an address taken out. */
export const masked = (given: string): string =>
  given.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/\s]*):[^@\s]*@/i, '$1:•••@')

/** Whether an address leads back to this machine. */
export const isLocal = (given: string): boolean => {
  const host = URL.parse(given)?.hostname ?? ''
  return /^(localhost|.*\.localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/.test(host)
}
