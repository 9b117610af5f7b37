import { basename } from 'node:path'
import { isTest, type Rule } from './rule.ts'
import type { Source } from './source.ts'

/** Words that names do not use, and what to say instead: a newcomer can look that up, and whoever is on call search for it. */
export const DENIED: Readonly<Record<string, string>> = {
  beat: 'tick or heartbeat',
  everybody: 'expected or all',
  everyone: 'expected or all',
  happening: 'trigger',
  hopeful: 'optimistic',
  hopefully: 'optimistically',
  kept: 'cached, stored, retained or remaining',
  lagging: 'stale or behind',
  lanes: 'micro-batcher',
  leash: 'watchdog',
  lending: 'transfer',
  masked: 'redacted',
  noticed: 'logged or detected',
  patience: 'timeout',
  patiently: 'with a timeout',
  pump: 'worker or poll loop',
  pumps: 'workers',
  reseal: 're-encrypt',
  standing: 'state',
  standings: 'states',
  stranger: 'foreign or anonymous',
  strangers: 'foreign',
  told: 'reported, announced or published',
  unfit: 'invalid',
  untold: 'unreported',
  vitals: 'process metrics',
  wakes: 'signals',
}

/**
 * Where a word still stands, by folder: what remains to be renamed. A folder is taken off the list when the word is gone
 * from it, and the rule says when that is due; none is added.
 */
export const REMAINING: Readonly<Record<string, readonly string[]>> = {
  kept: [
    'src/audit',
    'src/gateway',
    'src/host',
    'src/kernel',
    'src/services/auth',
    'src/services/catalog',
    'src/services/config',
    'src/services/member',
    'src/services/payment',
    'src/services/product',
    'src/services/status',
  ],
  masked: ['src/settings'],
  patience: ['src/services/status', 'src/settings'],
  reseal: [
    'src/commands',
    'src/kernel',
    'src/services/auth',
    'src/services/config',
    'src/services/member',
    'src/services/payment',
  ],
  standing: ['src/services/order'],
  standings: ['src/services/order'],
  told: [
    'src/audit',
    'src/services/config',
    'src/services/notification',
    'src/services/product',
    'src/services/status',
  ],
  unfit: ['src/commands', 'src/kernel', 'src/services/config'],
  untold: ['src/audit', 'src/services/catalog'],
}

/** The folder that a file counts for: `src/services/cart`, `src/host`, `web/console`, `tools`. */
const folderOf = (path: string): string => {
  const [top, second, third] = path.split('/')
  if (top === 'simulators' || top === 'tools') return top
  return second === 'services' ? `${top}/${second}/${third}` : `${top}/${second}`
}

const DECLARED =
  /\b(?:const|let|function|class|interface|type)\s+([A-Za-z_$][\w$]*)|(?:^|[{;,(]\s*|readonly\s+)([A-Za-z_$][\w$]*)\??\s*(?=:)/gm

/** `lastMinuteOf`, `LAST_MINUTE` and `last-minute` in their words. */
const wordsOf = (name: string): string[] =>
  name
    .split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_.-]/)
    .filter((each) => each !== '')
    .map((each) => each.toLowerCase())

interface Use {
  readonly word: string
  readonly folder: string
  readonly message: string
}

const usesIn = ({ path, code }: Source): Use[] => {
  const names = [...code.matchAll(DECLARED)].map((match) => ({
    name: match[1] ?? match[2]!,
    at: `${path}:${code.slice(0, match.index).split('\n').length}`,
  }))
  return [{ name: basename(path), at: path }, ...names].flatMap(({ name, at }) =>
    wordsOf(name)
      .filter((word) => Object.hasOwn(DENIED, word))
      .map((word) => ({
        word,
        folder: folderOf(path),
        message: `${at}: ${name} says "${word}": say ${DENIED[word]}`,
      })),
  )
}

const named = (path: string): boolean => /^(src|web|simulators|tools)\//.test(path) && !isTest(path)

/** Refuses names in the project's old dialect; with `remaining`, but for those that are still to be renamed. */
export const plainNamesBut =
  (remaining: Readonly<Record<string, readonly string[]>>): Rule =>
  (sources) => {
    const uses = sources.filter(({ path }) => named(path)).flatMap(usesIn)
    const refused = uses.filter(({ word, folder }) => !remaining[word]?.includes(folder)).map(({ message }) => message)
    const cleared = Object.entries(remaining).flatMap(([word, folders]) =>
      folders
        .filter((folder) => !uses.some((use) => use.word === word && use.folder === folder))
        .map((folder) => `"${word}" is gone from ${folder}: take it off the list in test/architecture/words.ts`),
    )
    return [...refused, ...cleared]
  }
