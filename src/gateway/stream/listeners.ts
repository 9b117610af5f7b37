import type { WebSocket } from 'ws'

/** One listener of the notification stream. */
export interface Listener {
  readonly socket: Pick<WebSocket, 'bufferedAmount' | 'send' | 'terminate' | 'close' | 'ping'>
  readonly memberId: string
  readonly sessionId: string
  /** Epoch milliseconds at which the sign-in it was opened with must be shown again. */
  readonly until: number
  /** Whether it has answered the last ping. */
  alive: boolean
}

/** The listeners of this process, found by member and by sign-in. */
export interface Listeners {
  readonly size: () => number
  countOf(memberId: string): number
  add(listener: Listener): void
  remove(listener: Listener): void
  of(memberId: string): Iterable<Listener>
  all(): Iterable<Listener>
}

export const listeners = (): Listeners => {
  const byMember = new Map<string, Set<Listener>>()
  const all = new Set<Listener>()
  return {
    size: () => all.size,
    countOf: (memberId) => byMember.get(memberId)?.size ?? 0,
    add: (listener) => {
      all.add(listener)
      byMember.set(listener.memberId, (byMember.get(listener.memberId) ?? new Set()).add(listener))
    },
    remove: (listener) => {
      all.delete(listener)
      const theirs = byMember.get(listener.memberId)
      theirs?.delete(listener)
      if (theirs?.size === 0) byMember.delete(listener.memberId)
    },
    of: (memberId) => byMember.get(memberId) ?? [],
    all: () => all,
  }
}

/** Bytes a client may leave unread before it is cut off; it finds what it missed in the inbox. */
export const UNREAD_AT_MOST = 262_144

/** Sends a frame, or cuts off a client that does not read what it is sent: it must not fill our memory. Answers whether it was sent. */
export const send = ({ socket }: Pick<Listener, 'socket'>, frame: string): boolean => {
  if (socket.bufferedAmount > UNREAD_AT_MOST) {
    socket.terminate()
    return false
  }
  socket.send(frame)
  return true
}
