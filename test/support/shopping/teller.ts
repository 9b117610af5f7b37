import { z } from 'zod'
import { contract, type EventType } from '#kernel/contract.ts'
import { service, type ServiceDefinition } from '#kernel/service.ts'

/** What a teller is asked: to emit events, all in one transaction. */
export const tellOperation = {
  summary: 'Emits events as if they had happened.',
  method: 'POST',
  access: 'service',
  input: z.object({ events: z.array(z.object({ name: z.string(), payload: z.any() })) }),
  output: z.void(),
} as const

/** Stands in for a service whose events a test wants to tell: `tell` stores them in its log, as that service would. */
export const teller = <const N extends string>(name: N, events: readonly EventType<any>[]) => {
  const told = contract(name, { tell: tellOperation })
  const definition: ServiceDefinition<typeof told> = service(told, { emits: events }, ({ db }) => ({
    operations: {
      tell: ({ events: given }) =>
        db.tx(`${name}.tell`, async (tx) => {
          for (const each of given)
            await tx.emit(
              events.find((type) => type.name === each.name)!,
              each.payload,
            )
        }),
    },
  }))
  return { contract: told, service: definition }
}
