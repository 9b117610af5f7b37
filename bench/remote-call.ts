import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Pool } from 'undici'
import { z } from 'zod'
import { serveLocally, systemContext } from '#kernel/call.ts'
import { contract } from '#kernel/contract.ts'
import { remoteEndpoint } from '#kernel/remote/client/endpoint.ts'
import { startInternalServer } from '#kernel/remote/server/server.ts'
import { callerTokens } from '#kernel/remote/security/token.ts'
import { systemRuntime } from '#kernel/runtime.ts'

// What a remote call costs in CPU, caller and callee together, beside the barest call over HTTP there is:
// `node bench/remote-call.ts [--json]`. The same input and answer, the callee in a process of its own; one call
// after another, and 64 at once, which ours send together.

const CALLS = 30_000
const AT_ONCE = 64
const asJson = process.argv[2] === '--json'
const runtime = systemRuntime()
const log = pino({ level: 'silent' })
const tokens = callerTokens(['a secret for a benchmark, no other use'], runtime)
const echo = contract('echo', {
  say: {
    summary: 'Says it again.',
    method: 'GET',
    access: 'service',
    input: z.object({ id: z.uuid(), text: z.string(), count: z.int() }),
    output: z.object({ id: z.uuid(), text: z.string(), count: z.int() }),
  },
})
const endpoint = serveLocally(echo, { say: (input) => input }, { runtime, log })
const input = { id: runtime.id(), text: '장터에서 만나요', count: 3 }

/** The callee's process: two ports, and its CPU time when asked. */
const serve = async (): Promise<void> => {
  const bare = createServer((request, reply) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const answer = JSON.stringify(JSON.parse(text))
      reply
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
        .end(answer)
    })
  }).listen(0, '127.0.0.1')
  await once(bare, 'listening')
  const served = () => ({ contract: echo, endpoint })
  const internal = await startInternalServer({ host: '127.0.0.1', port: 0, served, tokens, runtime, log })
  process.on('message', () => process.send!(cpuMs()))
  process.send!({ bare: `http://127.0.0.1:${(bare.address() as AddressInfo).port}`, internal: internal.origin })
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const measure = async (
  name: string,
  callee: ChildProcess,
  atOnce: number,
  call: () => Promise<unknown>,
): Promise<number> => {
  const run = async (calls: number): Promise<void> => {
    let left = calls
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) await call()
      }),
    )
  }
  const calleeMs = async (): Promise<number> => {
    callee.send('cpu')
    return (await once(callee, 'message'))[0] as number
  }
  await run(CALLS / 3)
  const [here, there, began] = [cpuMs(), await calleeMs(), performance.now()]
  await run(CALLS)
  const took = performance.now() - began
  const caller = ((cpuMs() - here) * 1_000) / CALLS
  const other = (((await calleeMs()) - there) * 1_000) / CALLS
  const total = caller + other
  if (!asJson)
    console.log(
      `${name.padEnd(28)} ${total.toFixed(0).padStart(5)} µs CPU a call (caller ${caller.toFixed(0)}, callee ${other.toFixed(0)}), ${Math.round((CALLS / took) * 1_000)} calls/s`,
    )
  return total
}

const main = async (): Promise<void> => {
  const callee = fork(import.meta.filename, ['callee'])
  const [{ bare: bareOrigin, internal }] = (await once(callee, 'message')) as [{ bare: string; internal: string }]
  const pool = new Pool(bareOrigin, { connections: AT_ONCE, pipelining: 1 })
  const remote = remoteEndpoint({ contract: echo, origins: [internal], tokens, runtime, log })
  const context = systemContext('bench', runtime, 600_000)
  try {
    await measure('a call in this process', callee, AT_ONCE, () => endpoint.call('say', input, context))
    const body = () => JSON.stringify(input)
    const headers = { 'content-type': 'application/json' }
    const bare = async () => {
      const answer = await pool.request({ path: '/', method: 'POST', headers, body: body() })
      return answer.body.json()
    }
    const ours = () => remote.call('say', input, context)
    const [bareAlone, alone] = [
      await measure('bare, one at a time', callee, 1, bare),
      await measure('ours, one at a time', callee, 1, ours),
    ]
    const [bareMany, many] = [
      await measure(`bare, ${AT_ONCE} at once`, callee, AT_ONCE, bare),
      await measure(`ours, ${AT_ONCE} at once`, callee, AT_ONCE, ours),
    ]
    const figures = {
      alone: { bareMicros: bareAlone, ourMicros: alone, ratio: alone / bareAlone },
      atOnce: { bareMicros: bareMany, ourMicros: many, ratio: many / bareMany },
    }
    if (asJson) console.log(JSON.stringify(figures))
    else
      console.log(
        `a remote call costs ${figures.alone.ratio.toFixed(2)} times the bare one, ${figures.atOnce.ratio.toFixed(2)} times when ${AT_ONCE} are made at once`,
      )
  } finally {
    await pool.close()
    await remote.close()
    callee.kill()
  }
}

await (process.argv[2] === 'callee' ? serve() : main())
