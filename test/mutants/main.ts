import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { scriptOptions } from '#src/commands/ask.ts'
import { copyCheckout } from './copy.ts'
import { mutants } from './list.ts'
import { misfit, mutated, type Mutant } from './mutant.ts'
import { runTests } from './run-tests.ts'

// npm run test:mutants [-- WORD …]: takes guards out one at a time, in copies of the checkout, and runs the tests nearest
// to each. A guard whose absence no test notices fails the run. With words, only guards whose file or sentence has one.

const USAGE = `npm run test:mutants [-- WORD …]: takes guards out one by one and runs the tests nearest to each
  WORD …               only guards whose file or sentence has one of these`

const root = join(import.meta.dirname, '..', '..')
const JOBS = 2

/** Files whose tests are run first with nothing taken out: what fails already would notice anything. */
const baseline = async (checkout: string, chosen: readonly Mutant[]): Promise<boolean> => {
  const files = [...new Set(chosen.flatMap((each) => each.tests))].sort()
  const { kind, output } = await runTests(checkout, files)
  if (kind === 'passed') return true
  console.error(`The tests fail with every guard in place:\n${output}`)
  return false
}

/** Tries one mutant; answers whether its absence was noticed. */
const tryOne = async (checkout: string, mutant: Mutant): Promise<boolean> => {
  const path = join(checkout, mutant.file)
  const source = readFileSync(path, 'utf8')
  const wrong = misfit(mutant, source)
  const say = (mark: string, detail: string): void =>
    console.log(`${mark} ${mutant.file}: ${mutant.guard}${detail && `\n    ${detail}`}`)
  if (wrong !== undefined) {
    say('✖', wrong)
    return false
  }
  const changed = mutated(mutant, source)
  try {
    if (mutant.file.endsWith('.ts')) stripTypeScriptTypes(changed)
    writeFileSync(path, changed)
    const { kind, failed, output } = await runTests(checkout, mutant.tests)
    if (kind === 'failed' || kind === 'hung') {
      say('✔', kind === 'hung' ? 'the tests never ended' : failed[0]!)
      return true
    }
    say(
      '✖',
      kind === 'passed' ? `survived ${mutant.tests.join(', ')}` : output.trim().split('\n').slice(-12).join('\n    '),
    )
    return false
  } catch (error) {
    say('✖', `what is put in the guard's place is no code: ${String(error)}`)
    return false
  } finally {
    writeFileSync(path, source)
  }
}

const main = async (): Promise<number> => {
  const words = scriptOptions(USAGE, {}).positionals
  const chosen = mutants.filter(
    (each) => words.length === 0 || words.some((word) => `${each.file} ${each.guard}`.includes(word)),
  )
  if (chosen.length === 0) {
    console.error('There is no such guard.')
    return 1
  }
  const copies = Array.from({ length: Math.min(JOBS, chosen.length) }, () => copyCheckout(root))
  try {
    if (!(await baseline(copies[0]!.path, chosen))) return 1
    const queue = [...chosen]
    let noticed = 0
    await Promise.all(
      copies.map(async ({ path }) => {
        for (let next = queue.shift(); next; next = queue.shift()) if (await tryOne(path, next)) noticed++
      }),
    )
    console.log(`\n${noticed} passed, ${chosen.length - noticed} failed`)
    return noticed === chosen.length ? 0 : 1
  } finally {
    for (const each of copies) each.remove()
  }
}

process.exitCode = await main()
