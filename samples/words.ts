import { josa } from 'es-hangul'

/**
 * Fills `{b}` and `{p}` in a sentence. `{p:을/를}` adds the particle that fits the word's last syllable;
 * `{p|을/를}` writes the particle alone, for a word that stands in brackets.
 */
export const say = (sentence: string, words: Readonly<Record<string, string>>): string =>
  sentence.replace(/\{(\w)(?:([:|])([^}]+))?\}/g, (_, name: string, joint?: string, particle?: string) => {
    const word = words[name]!
    if (!particle) return word
    const joined = josa(word, particle as Parameters<typeof josa>[1])
    return joint === ':' ? joined : joined.slice(word.length)
  })
