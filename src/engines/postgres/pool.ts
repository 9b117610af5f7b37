import type pg from 'pg'
import { connect, type ConnectionSettings } from './connection.ts'

/** A few connections: some shared by single statements, which pipeline on them, the rest held by one transaction at a time. */
export interface Pool {
  /** A connection for one statement. */
  shared(): Promise<pg.Client>
  /** Runs `work` with a connection that nobody else uses meanwhile; waits for one in order of asking. */
  exclusive<T>(work: (client: pg.Client) => Promise<T>): Promise<T>
  close(): Promise<void>
  readonly stats: () => { open: number; waiting: number }
}

interface Slot {
  client: Promise<pg.Client> | undefined
  busy: number
}

/** Makes a pool. Connections open when first needed; a broken one is replaced at its next use. */
export const pool = (
  settings: ConnectionSettings,
  name: string,
  sizes: { shared: number; exclusive: number },
): Pool => {
  const slots = (count: number): Slot[] => Array.from({ length: count }, () => ({ client: undefined, busy: 0 }))
  const sharedSlots = slots(sizes.shared)
  const exclusiveSlots = slots(sizes.exclusive)
  const waiting: ((slot: Slot) => void)[] = []
  let closed = false

  const open = (slot: Slot): Promise<pg.Client> => {
    if (closed) return Promise.reject(new Error(`The store of ${name} is closed`))
    if (!slot.client) {
      const opening: Promise<pg.Client> = connect(settings, name).then(
        (client) => {
          const forget = (): void => {
            if (slot.client === opening) slot.client = undefined
          }
          client.on('error', forget)
          client.on('end', forget)
          return client
        },
        (error: unknown) => {
          if (slot.client === opening) slot.client = undefined
          throw error
        },
      )
      slot.client = opening
    }
    return slot.client
  }

  const take = (): Promise<Slot> => {
    const slot = exclusiveSlots.find((each) => each.busy === 0)
    if (!slot) return new Promise((resolve) => waiting.push(resolve))
    slot.busy = 1
    return Promise.resolve(slot)
  }
  const give = (slot: Slot): void => {
    const next = waiting.shift()
    if (next) next(slot)
    else slot.busy = 0
  }

  let turn = 0
  return {
    shared: () => open(sharedSlots[turn++ % sharedSlots.length]!),
    exclusive: async (work) => {
      const slot = await take()
      try {
        return await work(await open(slot))
      } finally {
        give(slot)
      }
    },
    close: async () => {
      closed = true
      const clients = await Promise.allSettled([...sharedSlots, ...exclusiveSlots].flatMap((each) => each.client ?? []))
      await Promise.allSettled(clients.map((each) => (each.status === 'fulfilled' ? each.value.end() : undefined)))
    },
    stats: () => ({
      open: [...sharedSlots, ...exclusiveSlots].filter((each) => each.client).length,
      waiting: waiting.length,
    }),
  }
}
