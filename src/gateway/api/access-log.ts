import type { Runtime } from '#kernel/runtime.ts'

/** One request as the access log keeps it. Never a token, cookie, query or body: they may hold secrets. */
export interface AccessLogEntry {
  readonly method: string
  /** The route's pattern, not the address: no ids of people. */
  readonly route: string
  readonly status: number
  readonly ms: number
  readonly requestId: string
  readonly traceId?: string
  /** Stable code of the fault answered, if any. */
  readonly code?: string
}

export interface AccessLog {
  write(visit: AccessLogEntry): void
  flush(): void
}

/** Milliseconds lines may wait to be written together. */
const LINGER = 50
const MANY = 500

/** Writes one JSON line for each request, many at a time. `write` is given whole lines. */
export const accessLog = (write: (lines: string) => void, runtime: Runtime): AccessLog => {
  let lines = ''
  let count = 0
  let scheduled = false

  const flush = (): void => {
    if (count === 0) return
    const ready = lines
    lines = ''
    count = 0
    write(ready)
  }

  return {
    write: (visit) => {
      const { method, route, status, ms, requestId, traceId, code } = visit
      // Every value is ours and needs no escaping, but for the method, which Node has checked.
      lines += `{"time":${runtime.now()},"method":"${method}","route":"${route}","status":${status},"ms":${ms.toFixed(2)},"requestId":"${requestId}"${traceId === undefined ? '' : `,"traceId":"${traceId}"`}${code === undefined ? '' : `,"code":"${code}"`}}\n`
      if (++count >= MANY) flush()
      else if (!scheduled) {
        scheduled = true
        void runtime.sleep(LINGER).then(() => {
          scheduled = false
          flush()
        })
      }
    },
    flush,
  }
}
