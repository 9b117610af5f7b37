/** A text with the password of an address taken out. */
export const masked = (given: string): string =>
  given.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/\s]*):[^@\s]*@/i, '$1:•••@')
