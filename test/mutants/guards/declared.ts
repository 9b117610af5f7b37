import { guardsOf, type Mutant } from '../mutant.ts'

const consumers = guardsOf('src/kernel/subscriptions.ts', 'src/kernel/subscriptions.test.ts')

/** What services declare about themselves is what they do. */
export const declared: readonly Mutant[] = [
  consumers('a reaction to an event that is not declared is refused', 'if (!wanted.has(key))', 'if (false)'),
  consumers('two reactions of a consumer to one event are refused', 'if (seen.has(key))', 'if (false)'),
  consumers('a declared event without a reaction is refused', 'if (!seen.has(`${consumer} ${name}`))', 'if (false)'),
]
