import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import { scriptOptions } from '#src/commands/line/common-options.ts'
import { mutants } from './list.ts'
import { misfit, mutated, type Mutant } from './mutant.ts'
import { makePlace, type Place } from './place.ts'
import { failedFilesIn, killRuns, runTests } from './run-tests.ts'

// npm run test:mutants [-- [--jobs N] WORD …]: takes guards out one at a time, in copies of the checkout, and runs the tests nearest
// to each. A guard whose absence no test notices fails the run. With words, only guards whose file or sentence has one.

const USAGE = `npm run test:mutants [-- --jobs N WORD …]: takes guards out one at a time and runs the tests nearest to each
  --jobs N             mutants tried side by side
  WORD                 only guards whose file or sentence has one`

const root = join(import.meta.dirname, '..', '..')
/** Mutants tried at once unless told: each has a copy of the checkout and a database server. */
const JOBS = Math.min(4, availableParallelism())
/** Milliseconds of a run of a mutant's few tests, and of each file while nothing is taken out. */
const MUTANT_LIMIT = 180_000
const BASELINE_LIMIT = 120_000

/** How a mutant went: noticed or not, with what noticed it or what is wrong. */
interface Result {
  readonly mutant: Mutant
  readonly noticed: boolean
  readonly detail: string
}

const lineOf = ({ mutant, noticed, detail }: Result): string =>
  `${noticed ? '✔' : '✖'} ${mutant.file}: ${mutant.guard}\n    ${detail}`

/**
 * Runs the tests of all with nothing taken out: a test that fails already would notice anything. Answers the files that fail,
 * or undefined when that cannot be told.
 */
const baseline = async (
  { path, env, clean }: Place,
  files: readonly string[],
): Promise<ReadonlySet<string> | undefined> => {
  console.log(`Running ${files.length} test files with every guard in place`)
  const limit = BASELINE_LIMIT * files.length
  const { kind, output } = await runTests(path, files, { env, limit, untilFailure: false })
  await clean()
  if (kind === 'passed') return new Set()
  const failed = failedFilesIn(output)
  console.error(`Tests fail with every guard in place:\n${output.slice(output.indexOf('failing tests:'))}`)
  return kind === 'failed' && failed.size > 0 ? failed : undefined
}

/** Tries one mutant. */
const tryOne = async ({ path: checkout, env, clean }: Place, mutant: Mutant): Promise<Result> => {
  const path = join(checkout, mutant.file)
  const source = readFileSync(path, 'utf8')
  const wrong = misfit(mutant, source)
  if (wrong !== undefined) return { mutant, noticed: false, detail: wrong }
  const changed = mutated(mutant, source)
  try {
    if (mutant.file.endsWith('.ts')) stripTypeScriptTypes(changed)
  } catch (error) {
    return { mutant, noticed: false, detail: `what is put in the guard's place is no code: ${String(error)}` }
  }
  try {
    writeFileSync(path, changed)
    const outcome = await runTests(checkout, mutant.tests, { env, limit: MUTANT_LIMIT, untilFailure: true })
    switch (outcome.kind) {
      case 'failed':
        return { mutant, noticed: true, detail: outcome.failed[0]! }
      case 'hung':
        return { mutant, noticed: true, detail: 'the tests never ended' }
      case 'passed':
        return { mutant, noticed: false, detail: `survived ${mutant.tests.join(', ')}` }
      default:
        return { mutant, noticed: false, detail: outcome.output.trim().split('\n').slice(-12).join('\n    ') }
    }
  } finally {
    writeFileSync(path, source)
    await clean()
  }
}

const partition = <T>(all: readonly T[], is: (one: T) => boolean): readonly [readonly T[], readonly T[]] => [
  all.filter(is),
  all.filter((each) => !is(each)),
]

/** Tries the mutants, as many at once as there are places. */
const tryAll = async (places: readonly Place[], chosen: readonly Mutant[]): Promise<Result[]> => {
  const queue = [...chosen]
  const results: Result[] = []
  await Promise.all(
    places.map(async (place) => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const result = await tryOne(place, next)
        results.push(result)
        console.log(`[${results.length}/${chosen.length}] ${lineOf(result)}`)
      }
    }),
  )
  return results
}

const main = async (): Promise<number> => {
  const { positionals: words, values } = scriptOptions(USAGE, { jobs: { type: 'string' } })
  const asked = values.jobs === undefined ? JOBS : wholeNumberOf(values.jobs)
  if (asked === undefined || asked < 1) {
    console.error(`--jobs is "${values.jobs}": give a whole number from 1.\n${USAGE}`)
    return 1
  }
  const chosen = mutants.filter(
    (each) => words.length === 0 || words.some((word) => `${each.file} ${each.guard}`.includes(word)),
  )
  if (chosen.length === 0) {
    console.error('There is no such guard.')
    return 1
  }
  const jobs = Math.min(asked, chosen.length)
  const places = await Promise.all(Array.from({ length: jobs }, () => makePlace(root)))
  const remove = async (): Promise<void> => void (await Promise.all(places.map((each) => each.remove())))
  const interrupt = (): void => {
    killRuns()
    void remove().finally(() => process.exit(130))
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    const failing = await baseline(places[0]!, [...new Set(chosen.flatMap((each) => each.tests))].sort())
    if (!failing) return 1
    const [untold, told] = partition(chosen, ({ tests }) => tests.some((file) => failing.has(file)))
    const results = [
      ...untold.map((mutant): Result => ({
        mutant,
        noticed: false,
        detail: 'its tests fail with every guard in place',
      })),
      ...(await tryAll(places, told)),
    ]
    const survived = results.filter((each) => !each.noticed)
    console.log(`\n${chosen.length - survived.length} passed, ${survived.length} failed`)
    for (const each of survived) console.log(lineOf(each))
    return survived.length === 0 ? 0 : 1
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await remove()
  }
}

process.exitCode = await main()
