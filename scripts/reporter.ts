import { relative, resolve } from 'node:path'
import { compose } from 'node:stream'
import { spec, type TestEvent } from 'node:test/reporters'

/** The names of the tests around each, in every file. */
const stacks = new Map<string, string[]>()

/** `test/outage.test.ts:12  while it is away > a cart is shown`, where the test itself failed, not one inside of it. */
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

/**
 * The runner's readable report, with its closing lines (`# tests 12`) written the way every other runner's are, and at its
 * very end which tests failed, each in a line.
 */
const report = async function* (source: AsyncIterable<TestEvent>) {
  const failures: string[] = []
  const noted = async function* () {
    for await (const event of source) {
      const failure = failed(event)
      if (failure !== undefined) failures.push(failure)
      yield event
    }
  }
  for await (const chunk of compose(noted(), new spec())) yield String(chunk).replaceAll('ℹ ', '# ')
  if (failures.length > 0) yield `\n# failed\n${failures.map((each) => `  ${each}\n`).join('')}`
}

export default report
