import type pg from 'pg'
import { connect, type ConnectionSettings } from './connection.ts'

/** A few connections: some shared by single statements, which pipeline on them, the rest held by one transaction at a time. */
export interface Pool {
  /**
   * A connection for one statement. Reads and writes go by different ones: a write may wait for another's lock, and
   * what was sent behind it waits with it.
   */
  shared(kind: 'read' | 'write'): Promise<pg.Client>
  /** Runs `work` with a connection that nobody else uses meanwhile; waits for one in order of asking. */
  exclusive<T>(work: (client: pg.Client) => Promise<T>): Promise<T>
  /** Lets nobody use the connection any more: it is broken, or its state is unknown. */
  discard(client: pg.Client): void
  /** Closes every connection once what is under way has ended. */
  close(): Promise<void>
  readonly stats: () => PoolStats
}

export interface PoolStats {
  readonly open: number
  /** Transactions under way. */
  readonly busy: number
  /** Transactions that wait for a connection. */
  readonly waiting: number
}

interface Slot {
  opening: Promise<pg.Client> | undefined
  client: pg.Client | undefined
}

const slots = (count: number): Slot[] =>
  Array.from({ length: count }, () => ({ opening: undefined, client: undefined }))

/** Makes a pool. Connections open when first needed; a broken one is replaced at its next use. */
export const pool = (
  settings: ConnectionSettings,
  name: string,
  sizes: { readonly shared: number; readonly exclusive: number },
): Pool => {
  const sharedSlots = slots(sizes.shared)
  const exclusiveSlots = slots(sizes.exclusive)
  const all = [...sharedSlots, ...exclusiveSlots]
  const free = [...exclusiveSlots].reverse()
  const waiting: { take: (slot: Slot) => void; refuse: (error: Error) => void }[] = []
  const isClosed = (): Error => new Error(`The store of ${name} is closed`)
  let closed = false
  let whenFree: (() => void) | undefined

  const empty = (slot: Slot): void => {
    slot.opening = undefined
    slot.client = undefined
  }

  const open = (slot: Slot): Promise<pg.Client> => {
    if (slot.opening) return slot.opening
    if (closed) return Promise.reject(isClosed())
    const opening: Promise<pg.Client> = connect(settings, name).then(
      (client) => {
        slot.client = client
        client.on('error', () => {
          if (slot.client === client) empty(slot)
        })
        return client
      },
      (error: unknown) => {
        if (slot.opening === opening) empty(slot)
        throw error
      },
    )
    slot.opening = opening
    return opening
  }

  const take = (): Promise<Slot> => {
    if (closed) return Promise.reject(isClosed())
    const slot = free.pop()
    if (slot) return Promise.resolve(slot)
    return new Promise((resolve, reject) => waiting.push({ take: resolve, refuse: reject }))
  }

  const give = (slot: Slot): void => {
    const next = waiting.shift()
    if (next) return next.take(slot)
    free.push(slot)
    if (free.length === exclusiveSlots.length) whenFree?.()
  }

  const end = async (client: pg.Client): Promise<void> => {
    await client.end().catch(() => {})
  }

  return {
    // One is for writes; should there be more, reads take the others.
    shared: (kind) => open(sharedSlots[kind === 'write' ? sharedSlots.length - 1 : 0]!),
    exclusive: async (work) => {
      const slot = await take()
      try {
        return await work(await open(slot))
      } finally {
        give(slot)
      }
    },
    discard: (client) => {
      const slot = all.find((each) => each.client === client)
      if (slot) empty(slot)
      void end(client)
    },
    close: async () => {
      if (!closed) {
        closed = true
        for (const each of waiting.splice(0)) each.refuse(isClosed())
      }
      if (free.length < exclusiveSlots.length) await new Promise<void>((resolve) => (whenFree = resolve))
      const clients = await Promise.allSettled(all.flatMap((each) => each.opening ?? []))
      await Promise.all(clients.map((each) => each.status === 'fulfilled' && end(each.value)))
    },
    stats: () => ({
      open: all.filter((each) => each.client).length,
      busy: exclusiveSlots.length - free.length,
      waiting: waiting.length,
    }),
  }
}
