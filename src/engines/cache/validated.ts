import { LRUCache } from 'lru-cache'
import type { Cache, ValidatedOptions } from '#kernel/cache.ts'
import type { Counts } from './cache-metrics.ts'
import { freeze } from './freeze.ts'
import type { Seen, Shared } from './redis-entries.ts'

interface Entry<V> {
  readonly token: string
  readonly answer: V
}

/**
 * Keeps answers that must never be older than the last change anyone was told of. Redis names the answer that counts, by a
 * token; what is in memory is given only while its token is that one. Whoever makes a change lets go of the answer before
 * telling anybody, which takes the token away. A Redis that was stopped for a moment may answer a later question before it
 * reads an earlier word: it is asked a second time, which it hears only after all that came before the first answer.
 */
export const validated = <V extends {}>(of: ValidatedOptions<V>, shared: Shared, counts: Counts): Cache<V> => {
  const entries = new LRUCache<string, Entry<V>>({ max: of.max })
  const making = new Map<string, Promise<V>>()

  /** What was stored before Redis was away may have missed that it was let go of. */
  const isSound = ({ asked }: Seen, left: number): boolean => asked - (of.bound - left) >= shared.since()

  const make = async (key: string, seen: Seen): Promise<V> => {
    const answer = freeze(await of.load(key))
    void shared.store(of, key, seen, answer, of.bound).then((token) => {
      if (token !== undefined) entries.set(key, { token, answer })
    })
    return answer
  }

  return {
    get: async (key) => {
      const known = entries.get(key)
      const seen = await shared.find(of, key, counts, () => of.bound, known?.token)
      if (!seen) return of.load(key)
      const same = known !== undefined && seen.same !== undefined && isSound(seen, seen.same)
      counts[same ? 'memory hit' : 'memory miss']++
      const found = same ? known : seen.found && isSound(seen, seen.found.left) ? seen.found : undefined
      if (found) {
        if (!(await shared.still(of, key, found.token))) return of.load(key)
        entries.set(key, { token: found.token, answer: found.answer })
        return found.answer
      }
      // One that began to be made when something else lay there may be from before a change that the asker knows of.
      const turn = `${seen.token} ${shared.since()} ${key}`
      let answer = making.get(turn)
      if (!answer) {
        answer = make(key, seen)
        making.set(turn, answer)
        const done = (): void => void making.delete(turn)
        answer.then(done, done)
      }
      return answer
    },
    invalidate: (keys) => {
      for (const key of keys) entries.delete(key)
      return shared.invalidate(of.name, keys, false)
    },
  }
}
