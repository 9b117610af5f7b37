import { randomUUID } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { pino } from 'pino'
import { systemContext } from '#kernel/call.ts'
import { remoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { product } from '#services/product/contract.ts'
import { internalTokens } from '#src/host/cluster/network.ts'
import { readSettings } from '#src/settings.ts'
import { summarize, type Measured } from './load.ts'
import type { BenchShop } from './topologies.ts'

/** Calls of operations that all hosts have answered so far. */
export const callsAnswered = async ({ inside, origins }: BenchShop): Promise<number> => {
  const hosts = inside.length > 0 ? inside.map((each) => `${each.origin}/metrics`) : [`${origins[0]}/metrics`]
  const texts = await Promise.all(hosts.map(async (url) => (await fetch(url)).text()))
  return texts
    .flatMap((text) => text.split('\n').filter((line) => line.startsWith('jangteo_call_seconds_count{')))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

const RESERVATIONS = 2_000

/** What another host waits for a reservation of two SKUs at `product`, one after another: over HTTP to the commit and back. */
export const remoteReservation = async (
  { inside }: BenchShop,
  env: Readonly<Record<string, string>>,
  skuIds: readonly string[],
): Promise<Measured | undefined> => {
  const origins = inside.filter((each) => each.runs.includes('product')).map((each) => each.origin)
  if (origins.length === 0) return undefined
  const runtime = systemRuntime()
  const log = pino({ level: 'warn' }, pino.destination(2))
  const tokens = internalTokens(readSettings(env), runtime)
  const remote = remoteEndpoint({ contract: product, origins, tokens, runtime, log })
  const reserve = async (n: number): Promise<number> => {
    const lines = [0, 1].map((at) => ({ skuId: skuIds[(n * 7 + at) % skuIds.length]!, quantity: 1 }))
    const input = { reservationId: randomUUID(), lines, expiresAt: runtime.now() + 60_000 }
    const began = performance.now()
    const held = (await remote.call('reserve', input, systemContext('order', runtime))) as { lines: unknown[] }
    const took = performance.now() - began
    if (held.lines.length !== 2) throw new Error('Not reserved')
    await remote.call('release', { reservationId: input.reservationId }, systemContext('order', runtime))
    return took
  }
  try {
    for (let n = 0; n < RESERVATIONS / 4; n++) await reserve(n)
    const times: number[] = []
    const began = performance.now()
    for (let n = 0; n < RESERVATIONS; n++) times.push(await reserve(n))
    return summarize(times, (performance.now() - began) / 1_000)
  } finally {
    await remote.close()
  }
}

/** Microseconds of processor of a call between two hosts, both together, and of the barest call over HTTP there is. */
export interface CallCost {
  readonly bareMicros: number
  readonly ourMicros: number
  readonly ratio: number
}

/** One after another, and 64 at once, which ours send together. */
export interface InternalCall {
  readonly alone: CallCost
  readonly atOnce: CallCost
}

/** Measures what a call between hosts costs, in processes of its own. */
export const internalCall = (): InternalCall => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/remote-call.ts', '--json'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`bench/remote-call.ts ended with ${status}:\n${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as InternalCall
}
