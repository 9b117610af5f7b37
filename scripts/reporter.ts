import { relative, resolve } from 'node:path'
import { compose } from 'node:stream'
import { spec, type TestEvent } from 'node:test/reporters'

/** The names of the tests around each, in every file. */
const stacks = new Map<string, string[]>()

/** `test/processes/outage.test.ts:12  while it is away > a cart is shown`, where the test itself failed, not one inside of it. */
const failed = ({ type, data }: TestEvent): string | undefined => {
  if (type !== 'test:start' && type !== 'test:fail') return undefined
  const file = relative(process.cwd(), data.file ?? '')
  const stack = stacks.get(file) ?? []
  stacks.set(file, stack)
  stack.splice(data.nesting, Infinity, data.name)
  if (type === 'test:start') return undefined
  const error = data.details.error as Error & { failureType?: string }
  if (error.failureType === 'subtestsFailed') return undefined
  // A file that fails as a whole bears its own path as name.
  const name = resolve(data.name) === data.file ? 'the file as a whole' : stack.join(' > ')
  return `${file}:${data.line ?? 1}  ${name}`
}

/** Files named as the slowest at the end of a run. */
const SLOWEST = 12

/** The files whose tests took longest, `  34.1 s  test/processes/outage.test.ts`, the slowest first. */
const slowest = (milliseconds: ReadonlyMap<string, number>): string =>
  [...milliseconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SLOWEST)
    .map(([file, ms]) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${file}\n`)
    .join('')

/**
 * The runner's readable report, with its closing lines (`# tests 12`) written the way every other runner's are, which files
 * took longest where there are many, and at its very end which tests failed, each in a line.
 */
const report = async function* (source: AsyncIterable<TestEvent>) {
  const failures: string[] = []
  const milliseconds = new Map<string, number>()
  const noted = async function* () {
    for await (const event of source) {
      const failure = failed(event)
      if (failure !== undefined) failures.push(failure)
      if ((event.type === 'test:pass' || event.type === 'test:fail') && event.data.nesting === 0) {
        const file = relative(process.cwd(), event.data.file ?? '')
        milliseconds.set(file, (milliseconds.get(file) ?? 0) + event.data.details.duration_ms)
      }
      yield event
    }
  }
  for await (const chunk of compose(noted(), new spec())) yield String(chunk).replaceAll('ℹ ', '# ')
  if (milliseconds.size > SLOWEST) yield `\n# slowest\n${slowest(milliseconds)}`
  if (failures.length > 0) yield `\n# failed\n${failures.map((each) => `  ${each}\n`).join('')}`
}

export default report
