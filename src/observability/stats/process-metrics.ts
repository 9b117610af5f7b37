import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { HostReport } from '#kernel/reports/host-report.ts'
import type { Runtime } from '#kernel/runtime.ts'

/** Slots of the rolling minute. */
const PART = 10_000
const PARTS = 6

const rounded = (value: number): number => Math.round(value * 100) / 100

/** Memory, CPU and event loop lag of a process. */
export interface ProcessStats {
  read(): HostReport['process']
  stop(): Promise<void>
}

/** Samples this process until it is stopped. */
export const watchProcess = (runtime: Runtime): ProcessStats => {
  // Each turn of the event loop is measured when it comes: a clock that looks would wake a process that has nothing to do.
  const delay = monitorEventLoopDelay({ samplePerIteration: true })
  delay.enable()
  const stopped = new AbortController()

  const loopNow = () => {
    const late = (part: number): number => delay.percentile(part) / 1e6
    return delay.count === 0 ? { p50: 0, p99: 0 } : { p50: late(50), p99: late(99) }
  }
  const cpuNow = () => {
    const { user, system } = process.cpuUsage()
    return { at: performance.now(), used: (user + system) / 1_000 }
  }
  // The oldest first; the processor's part is reckoned from the oldest to now.
  const loops: { p50: number; p99: number }[] = []
  const cpus = [cpuNow()]

  const follow = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await runtime.sleep(PART, stopped.signal).catch(() => {})
      loops.push(loopNow())
      cpus.push(cpuNow())
      if (loops.length >= PARTS) loops.shift()
      if (cpus.length > PARTS) cpus.shift()
      delay.reset()
    }
  }
  const following = follow()

  return {
    read: () => {
      const { rss, heapUsed } = process.memoryUsage()
      const { at, used } = cpuNow()
      const first = cpus[0]!
      const parts = [...loops, loopNow()]
      const p50s = parts.map((each) => each.p50).toSorted((a, b) => a - b)
      return {
        pid: process.pid,
        node: process.versions.node,
        rss,
        heapUsed,
        heapLimit: getHeapStatistics().heap_size_limit,
        cpu: rounded((used - first.used) / Math.max(1, at - first.at)),
        loop: {
          p50: rounded(p50s[Math.floor(p50s.length / 2)]!),
          p99: rounded(Math.max(...parts.map((each) => each.p99))),
        },
      }
    },
    stop: async () => {
      stopped.abort()
      delay.disable()
      await following
    },
  }
}
