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
 * Loads an answer once for everyone who asks within `ms` milliseconds, and keeps at most `max`. Everyone gets the very
 * same frozen object, so that what is made of it (its JSON) can be kept beside it. Failures are not kept.
 */
export const ready = <K extends {}, V>(
  load: (key: K) => Promise<V>,
  { max, ms, now }: { max: number; ms: number; now: () => number },
): Ready<K, V> => {
  const kept = new LRUCache<K, { readonly answer: Promise<V>; readonly until: number }>({ max })
  return {
    get: (key) => {
      const known = kept.get(key)
      if (known && known.until > now()) return known.answer
      const answer = load(key).then(freeze)
      kept.set(key, { answer, until: now() + ms })
      answer.catch(() => {
        if (kept.peek(key)?.answer === answer) kept.delete(key)
      })
      return answer
    },
    forget: (key) => void kept.delete(key),
  }
}
