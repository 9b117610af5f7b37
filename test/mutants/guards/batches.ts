import { guardsOf } from '../mutant.ts'

const isolate = guardsOf('src/kernel/failures/isolate.ts', 'src/kernel/failures/isolate.test.ts')
const shopBatches = guardsOf('src/kernel/failures/isolate.ts', 'test/batches/batches.test.ts')
const batch = guardsOf('src/kernel/batch.ts', 'src/kernel/batch.test.ts')
const call = guardsOf('src/kernel/call.ts', 'src/kernel/call.test.ts')
const passing = guardsOf('src/engines/postgres/connection/transient-errors.ts', 'src/engines/postgres/database.test.ts')
const due = guardsOf('src/kernel/failures/due-work.ts', 'src/kernel/failures/due-work.test.ts')

/** One bad input among many that share a transaction: it fails, and nobody else. */
export const batches = [
  shopBatches(
    'a failing batch is halved, for every batched operation, micro-batcher and sweep of due rows',
    'parts = [part.slice(0, half), part.slice(half), ...others]',
    'for (const input of part) fail(input, error)',
  ),
  isolate('an outage is not looked into: everything fails at once', 'isTransient(error) || ', ''),
  batch('what must not be done twice is not run again', '=> repeatable && ', '=> '),
  batch('a batch that answers too few or too many is not run again', ' && !(error instanceof WrongCount)', ''),
  batch('an error in the place of an answer is a refusal', 'if (each instanceof Error)', 'if (false as boolean)'),
  call('only repeatable operations are run again', 'repeatable: isRepeatable(operation),', ''),
  call(
    'what nobody waits for any more is not run again',
    'each.context.deadline > now)\n      if',
    'each.context.deadline > 0)\n      if',
  ),
  passing(
    'an error that no value caused is transient',
    'return ofServer || isLost(error) ? markTransient(error) : error',
    'return error',
  ),
  due('what fails is left alone for a while', '(failing.get(id)?.again ?? now) <= now', 'true'),
  due('an outage of a sweep rises', 'if (outage !== undefined) throw outage', ''),
]
