import { LRUCache } from 'lru-cache'

/** Answers kept ready for a moment. */
export interface Ready<K extends {}, V> {
  get(key: K): Promise<V>
  forget(key: K): void
}

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(freeze)
  }
  return value
}

/**
 * Loads an answer once for everyone who asks within `ms` milliseconds, and keeps at most `max`; `longer` tells for how
 * many more an answer is good. Everyone gets the very same frozen object, so that what is made of it (its JSON) can be
 * kept beside it. Failures are not kept.
 */
export const ready = <K extends {}, V>(
  load: (key: K) => Promise<V>,
  given: { max: number; ms: number; now: () => number; longer?: (value: V) => number },
): Ready<K, V> => {
  const { max, ms, now, longer } = given
  const kept = new LRUCache<K, { readonly answer: Promise<V>; until: number }>({ max })
  return {
    get: (key) => {
      const known = kept.get(key)
      if (known && known.until > now()) return known.answer
      const answer = load(key).then(freeze)
      const entry = { answer, until: now() + ms }
      kept.set(key, entry)
      answer.then(
        (value) => {
          if (longer) entry.until += longer(value)
        },
        () => {
          if (kept.peek(key) === entry) kept.delete(key)
        },
      )
      return answer
    },
    forget: (key) => void kept.delete(key),
  }
}
