const segmenter = new Intl.Segmenter('ko', { granularity: 'grapheme' })

/** The longest beginning of `text` that ends between characters and has at most `room` UTF-16 units. */
const beginningOf = (text: string, room: number): string => {
  let end = 0
  // Only the beginning is segmented, and one code point more: what follows may belong to the last character.
  for (const { index, segment } of segmenter.segment(text.slice(0, room + 2))) {
    if (index + segment.length > room) break
    end = index + segment.length
  }
  if (end > 0) return text.slice(0, end)
  // One character longer than the room (a letter under a pile of marks): cut between code points.
  const head = text.slice(0, room)
  return head.isWellFormed() ? head : head.slice(0, -1)
}

/**
 * Truncates a text to at most `most` UTF-16 units without cutting through a character: no half of a surrogate pair, no
 * letter without its marks, no part of an emoji sequence. A text that fits is returned as it is; one that does not ends
 * with `ellipsis`, which counts. A limit that counts code points (`.max()` of a schema, PostgreSQL's `char_length`) or
 * characters is kept as well: none of them counts more than UTF-16 units.
 *
 * A slice by UTF-16 units can leave a lone surrogate, which is no text for PostgreSQL's JSON nor for a provider.
 */
export const truncate = (text: string, most: number, ellipsis = ''): string => {
  if (text.length <= most) return text
  return `${beginningOf(text, Math.max(0, most - ellipsis.length))}${ellipsis}`
}
