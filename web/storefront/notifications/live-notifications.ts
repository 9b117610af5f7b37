import { useEffect, useState } from 'react'
import type { Notification } from '#services/notification/contract.ts'

const RECONNECT_DELAYS = [1_000, 3_000, 10_000, 30_000]

const readNotification = (text: string): Notification | undefined => {
  try {
    const message = JSON.parse(text) as Partial<Notification> & { notification?: Notification; data?: Notification }
    const found = message.notification ?? message.data ?? message
    return found.id && found.title && found.body ? (found as Notification) : undefined
  } catch {
    return undefined
  }
}

/**
 * Notifications as they happen, newest first, while the page is open. A stream that breaks is opened again, ever more slowly.
 * `onNews` runs whenever it opens, for what may have happened before, and with everything heard.
 */
export const useLiveNotifications = (onNews: () => void): readonly Notification[] => {
  const [heard, setHeard] = useState<readonly Notification[]>([])
  useEffect(() => {
    let gone = false
    let socket: WebSocket | undefined
    let timer: ReturnType<typeof setTimeout>
    let failures = 0
    const again = (): void => {
      if (!gone)
        timer = setTimeout(() => void open(), RECONNECT_DELAYS[Math.min(failures++, RECONNECT_DELAYS.length - 1)])
    }
    const open = async (): Promise<void> => {
      const response = await fetch('/notifications/ticket', { method: 'POST', body: new URLSearchParams() }).catch(
        () => undefined,
      )
      if (gone) return
      if (!response?.ok) return again()
      const { ticket } = (await response.json()) as { ticket: string }
      const address = new URL(`/api/notifications/stream?ticket=${encodeURIComponent(ticket)}`, location.href)
      address.protocol = address.protocol.replace('http', 'ws')
      socket = new WebSocket(address)
      socket.onopen = () => {
        failures = 0
        onNews()
      }
      socket.onmessage = (event) => {
        const notification = readNotification(String(event.data))
        if (!notification) return
        setHeard((before) => [notification, ...before.filter((each) => each.id !== notification.id)])
        onNews()
      }
      socket.onclose = again
    }
    void open()
    return () => {
      gone = true
      clearTimeout(timer)
      socket?.close()
    }
  }, [onNews])
  return heard
}
