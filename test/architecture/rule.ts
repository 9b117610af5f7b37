import type { Import, Source } from './source.ts'

/** Where the house's rules are broken: `file:line what is wrong`. */
export type Violation = string

/** A rule over all files. */
export type Rule = (sources: readonly Source[]) => Violation[]

export const isTest = (path: string): boolean =>
  /\.test\.tsx?$/.test(path) || path.startsWith('test/') || /\/for-tests\.ts$|\.fixture\.tsx?$/.test(path)

/** The service a file belongs to. */
export const serviceOf = (path: string): string | undefined => /^src\/services\/([^/]+)\//.exec(path)?.[1]

/** The file's own name. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** A rule about single imports: answers what is wrong with one, or nothing. */
export const importRule =
  (wrong: (path: string, imported: Import) => string | undefined): Rule =>
  (sources) =>
    sources.flatMap(({ path, imports }) =>
      imports.flatMap((each) => {
        const problem = wrong(path, each)
        return problem ? [`${path}:${each.line} imports ${each.specifier}: ${problem}`] : []
      }),
    )

/** A rule about what a file's code says: each match of `pattern` in the files of `where` is wrong. */
export const codeRule =
  (where: (path: string) => boolean, pattern: RegExp, problem: string): Rule =>
  (sources) =>
    sources
      .filter(({ path }) => where(path))
      .flatMap(({ path, code }) =>
        code.split('\n').flatMap((line, index) => {
          const match = pattern.exec(line)
          return match ? [`${path}:${index + 1} ${match[0].trim()}: ${problem}`] : []
        }),
      )
