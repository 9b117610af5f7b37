import type { Client, Contract, InputOf, OutputOf } from '../contract.ts'
import { DEADLINE_EXCEEDED, UNAVAILABLE } from '../faults.ts'

/** What to answer instead, per operation: a value worked out from the input. */
export type Fallbacks<C extends Contract> = {
  readonly [K in keyof C['operations']]?: (
    input: InputOf<C['operations'][K]>,
  ) => OutputOf<C['operations'][K]> | Promise<OutputOf<C['operations'][K]>>
}

/** A client that answers with a typed fallback when the service is away or too slow. Any other fault rises as before. */
export const withFallback = <C extends Contract>(client: Client<C>, fallbacks: Fallbacks<C>): Client<C> => {
  type Call = (input: unknown) => Promise<unknown>
  const replaced = Object.entries(fallbacks).map(([name, otherwise]) => {
    const call = client[name as keyof typeof client] as Call
    const guarded: Call = async (input) => {
      try {
        return await call(input)
      } catch (error) {
        if (UNAVAILABLE.is(error) || DEADLINE_EXCEEDED.is(error)) return (otherwise as Call)(input)
        throw error
      }
    }
    return [name, guarded]
  })
  return { ...client, ...Object.fromEntries(replaced) }
}
