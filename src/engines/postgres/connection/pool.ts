import type pg from 'pg'
import { markTransient } from '#kernel/failures/transient.ts'
import { connect, type ConnectionSettings } from './connection.ts'
import { renewing } from './plans.ts'
import { endWhenSilent, SILENCE } from './silence.ts'

/** A few connections: some shared by single statements, which pipeline on them, the rest held by one transaction at a time. */
export interface Pool {
  /**
   * A connection for one statement. Reads and writes go by different ones: a write may wait for another's lock, and
   * what was sent behind it waits with it.
   */
  shared(kind: 'read' | 'write'): Promise<pg.Client>
  /**
   * Runs `work` with a connection that nobody else uses meanwhile; waits for one in order of asking. Work in the
   * background never takes the last one: people who wait for an answer find it free of that.
   */
  exclusive<T>(work: (client: pg.Client) => Promise<T>, kind?: 'request' | 'background'): Promise<T>
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
  /** To be called before each use once it is open. */
  renewPlans: (() => void) | undefined
}

interface Waiting {
  readonly background: boolean
  take(slot: Slot): void
  refuse(error: Error): void
}

const slots = (count: number): Slot[] =>
  Array.from({ length: count }, () => ({ opening: undefined, client: undefined, renewPlans: undefined }))

/** Makes a pool. Connections open when first needed; a broken one is replaced at its next use. */
export const pool = (
  settings: ConnectionSettings,
  name: string,
  sizes: { readonly shared: number; readonly exclusive: number },
  now: () => number,
  silence = SILENCE,
): Pool => {
  const sharedSlots = slots(sizes.shared)
  const exclusiveSlots = slots(sizes.exclusive)
  const all = [...sharedSlots, ...exclusiveSlots]
  const free = [...exclusiveSlots].reverse()
  const waiting: Waiting[] = []
  const mostInBackground = Math.max(1, sizes.exclusive - 1)
  let inBackground = 0
  const isClosed = (): Error => markTransient(new Error(`The store of ${name} is closed`))
  let closed = false
  let whenFree: (() => void) | undefined

  const empty = (slot: Slot): void => {
    slot.opening = undefined
    slot.client = undefined
    slot.renewPlans = undefined
  }

  const open = (slot: Slot): Promise<pg.Client> => {
    if (slot.opening) return slot.opening
    if (closed) return Promise.reject(isClosed())
    const opening: Promise<pg.Client> = connect(settings, name).then(
      (client) => {
        slot.client = client
        endWhenSilent(client, silence)
        slot.renewPlans = renewing(client, now)
        client.on('error', () => {
          if (slot.client === client) empty(slot)
        })
        return client
      },
      (error: unknown) => {
        if (slot.opening === opening) empty(slot)
        throw markTransient(error)
      },
    )
    slot.opening = opening
    return opening
  }

  const use = (slot: Slot): Promise<pg.Client> => {
    slot.renewPlans?.()
    return open(slot)
  }

  const mayGo = (background: boolean): boolean => !background || inBackground < mostInBackground

  const take = (background: boolean): Promise<Slot> => {
    if (closed) return Promise.reject(isClosed())
    if (free.length > 0 && mayGo(background)) {
      if (background) inBackground++
      return Promise.resolve(free.pop()!)
    }
    return new Promise((resolve, reject) => waiting.push({ background, take: resolve, refuse: reject }))
  }

  const give = (slot: Slot, background: boolean): void => {
    if (background) inBackground--
    free.push(slot)
    for (let i = 0; i < waiting.length && free.length > 0; i++) {
      const next = waiting[i]!
      if (!mayGo(next.background)) continue
      waiting.splice(i--, 1)
      if (next.background) inBackground++
      next.take(free.pop()!)
    }
    if (free.length === exclusiveSlots.length) whenFree?.()
  }

  const end = async (client: pg.Client): Promise<void> => {
    await client.end().catch(() => {})
  }

  return {
    // One is for writes; should there be more, reads take the others.
    shared: (kind) => use(sharedSlots[kind === 'write' ? sharedSlots.length - 1 : 0]!),
    exclusive: async (work, kind = 'request') => {
      const background = kind === 'background'
      const slot = await take(background)
      try {
        return await work(await use(slot))
      } finally {
        give(slot, background)
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
