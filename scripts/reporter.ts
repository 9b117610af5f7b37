import { compose } from 'node:stream'
import { spec } from 'node:test/reporters'

/** The runner's readable report, with its closing lines (`# tests 12`) written the way every other runner's are. */
const report = async function* (source: AsyncIterable<unknown>) {
  for await (const chunk of compose(source, new spec())) yield String(chunk).replaceAll('ℹ ', '# ')
}

export default report
