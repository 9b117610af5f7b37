import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** An import as written, and where it leads. */
export interface Import {
  readonly specifier: string
  /** The file of ours it leads to, from the checkout's folder; undefined for a package. */
  readonly target: string | undefined
  /** Vanishes when the types are stripped. */
  readonly typeOnly: boolean
  readonly line: number
}

/** A source file as the rules see it. */
export interface Source {
  readonly path: string
  readonly imports: readonly Import[]
  /** The text with comments and the contents of strings blanked, line by line. */
  readonly code: string
}

/** What the `#` imports of package.json stand for. */
const aliases = Object.entries(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { imports: Record<string, string> }).imports,
).map(([from, to]) => [from.replace('*', ''), to.replace('*', '')] as const)

const targetOf = (path: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier))
  const alias = aliases.find(([from]) => specifier.startsWith(from))
  return alias && normalize(specifier.replace(alias[0], alias[1]))
}

/** After these a slash begins a pattern; after anything else it divides. */
const beforePattern = /(^|[(,=:[!&|?{};+>~\n]|\b(return|case|typeof|in|of))\s*$/

const blank = (text: string): string => text.replace(/[^\n]/g, ' ')

/** Where the literal or comment that begins at `at` ends, with the text to put in its place; undefined where none begins. */
const literalAt = (text: string, at: number, before: string): readonly [end: number, shown: string] | undefined => {
  const rest = text.slice(at)
  const comment = /^(\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)
  if (comment) return [at + comment[0].length, blank(comment[0])]
  const quoted = /^('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/.exec(rest)
  if (quoted) {
    const [all] = quoted
    return [at + all.length, all[0] + blank(all.slice(1, -1)) + all[0]]
  }
  const pattern =
    rest[0] === '/' &&
    beforePattern.test(before.slice(-12)) &&
    /^\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/.exec(rest)
  return pattern ? [at + pattern[0].length, blank(pattern[0])] : undefined
}

/** Blanks comments, strings and patterns. What stands in `${…}` of a template is code, and stays. */
export const codeOf = (text: string): string => {
  let code = ''
  // One entry for each template we are inside of: how many braces are open in its current `${…}`; -1 in its text.
  const templates: number[] = []
  for (let at = 0; at < text.length;) {
    const depth = templates.at(-1)
    if (depth === -1) {
      if (text.startsWith('${', at)) {
        templates[templates.length - 1] = 0
        code += '${'
        at += 2
      } else if (text[at] === '\\') {
        code += blank(text.slice(at, at + 2))
        at += 2
      } else {
        if (text[at] === '`') templates.pop()
        code += text[at] === '`' ? '`' : blank(text[at]!)
        at++
      }
      continue
    }
    const literal = literalAt(text, at, code)
    if (literal) {
      code += literal[1]
      at = literal[0]
      continue
    }
    const char = text[at]!
    if (char === '`') templates.push(-1)
    if (depth !== undefined && char === '{') templates[templates.length - 1]!++
    if (depth !== undefined && char === '}') templates[templates.length - 1]!--
    code += char
    at++
  }
  return code
}

const STATEMENT = /^[ \t]*(import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?(['"])(.+?)\3/gm
const DYNAMIC = /\bimport\(\s*(['"])(.+?)\1\s*\)/g

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length

const importsOf = (path: string, text: string): Import[] => {
  const found = (specifier: string, typeOnly: boolean, index: number): Import => ({
    specifier,
    target: targetOf(path, specifier),
    typeOnly,
    line: lineAt(text, index),
  })
  const statements = [...text.matchAll(STATEMENT)].map((match) => {
    const named =
      /\{([^}]*)\}/
        .exec(match[0])?.[1]
        ?.split(',')
        .filter((each) => each.trim() !== '') ?? []
    const inlineTypes =
      named.length > 0 && named.every((each) => each.trim().startsWith('type ')) && !/import\s+\w/.test(match[0])
    return found(match[4]!, match[2] !== undefined || inlineTypes, match.index)
  })
  return [...statements, ...[...text.matchAll(DYNAMIC)].map((match) => found(match[2]!, false, match.index))]
}

/** A file as the rules see it; `path` is from the checkout's folder. */
export const sourceOf = (path: string, text: string): Source => ({
  path,
  imports: importsOf(path, text),
  code: codeOf(text),
})

/** Every TypeScript file of ours. */
export const allSources = (): Source[] =>
  globSync('{src,simulators,samples,tools,web,test,bench,scripts}/**/*.{ts,tsx}', {
    exclude: (path) => path.includes('node_modules') || path.includes('build/'),
  })
    .sort()
    .map((path) => sourceOf(path, readFileSync(path, 'utf8')))
