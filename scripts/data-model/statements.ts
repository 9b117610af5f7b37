/** A piece of SQL, with comments inside its parentheses, and the comment that belongs to the whole of it. */
export interface Piece {
  readonly text: string
  /** Lines of the comment joined by spaces; empty without one. */
  readonly comment: string
}

/** Where a quoted piece that begins at `at` ends; undefined where none begins. */
const quoteEnd = (sql: string, at: number): number | undefined => {
  const dollar = /^\$\w*\$/.exec(sql.slice(at, at + 64))?.[0]
  const mark = dollar ?? (sql[at] === "'" || sql[at] === '"' ? sql[at]! : undefined)
  if (mark === undefined) return undefined
  const end = sql.indexOf(mark, at + mark.length)
  if (end === -1) throw new SyntaxError(`Not closed: ${sql.slice(at, at + 40)}`)
  return end + mark.length
}

/**
 * Splits SQL at `separator` outside of quotes, comments and parentheses. A comment belongs to the piece that follows it
 * without a blank line between, or to the one before it on the same line.
 */
export const piecesOf = (sql: string, separator: ';' | ','): readonly Piece[] => {
  const pieces: { text: string; comment: string }[] = []
  let text = ''
  let comment: string[] = []
  let depth = 0
  const finish = (): void => {
    if (text.trim() !== '') pieces.push({ text: text.trim(), comment: comment.join(' ') })
    text = ''
    comment = []
  }
  for (let at = 0; at < sql.length;) {
    if (sql.startsWith('--', at)) {
      const end = sql.indexOf('\n', at) === -1 ? sql.length : sql.indexOf('\n', at)
      const line = sql.slice(at + 2, end).trim()
      const isBehind = sql.slice(sql.lastIndexOf('\n', at - 1) + 1, at).trim() !== ''
      const last = pieces.at(-1)
      if (depth > 0 || (separator === ';' && text.trim() !== '')) text += sql.slice(at, end)
      else if (isBehind && text.trim() === '' && last) last.comment = [last.comment, line].filter(Boolean).join(' ')
      else comment.push(line)
      at = end
      // What a blank line parts from the next piece is about the file.
      if (depth === 0 && text.trim() === '' && /^\n[ \t]*\n/.test(sql.slice(at))) comment = []
      continue
    }
    const end = quoteEnd(sql, at)
    if (end !== undefined) {
      text += sql.slice(at, end)
      at = end
      continue
    }
    const char = sql[at++]!
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === separator && depth === 0) finish()
    else text += char
  }
  finish()
  return pieces
}
