import type { Mutant } from '../mutant.ts'

/** Effects that happen once, however often their cause is delivered. */
export const onceOnly: readonly Mutant[] = [
  {
    guard: 'an event taken in before has no second effect',
    file: 'src/engines/postgres/consume.ts',
    text: 'const taken = events.filter((each) => fresh.has(each.position.id))',
    without: 'const taken = events',
    tests: ['src/engines/postgres/consume.test.ts'],
  },
  {
    guard: 'an event set aside that was taken in before is settled without its effect',
    file: 'src/engines/postgres/retry.ts',
    text: 'if (reactions && fresh && fresh.size > 0) await react(',
    without: 'if (reactions?.has(name)) await react(',
    tests: ['src/engines/postgres/consume.test.ts'],
  },
]
