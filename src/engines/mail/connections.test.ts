import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { systemRuntime } from '#kernel/runtime.ts'
import { eventually } from '#test/support/eventually.ts'
import { steerableRuntime } from '#test/support/clock.ts'
import { connections } from './connections.ts'

const stops: (() => void)[] = []
after(() => {
  for (const stop of stops) stop()
})

/** What a server was told over each of its connections, command by command; `answer` says what it answers, if anything. */
const startServer = async (answer: (command: string, socket: Socket, of: number) => string | undefined) => {
  const heard: string[][] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    const commands: string[] = []
    const of = heard.push(commands) - 1
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.write('220 test\r\n')
    let message = false
    let rest = ''
    socket.on('data', (chunk) => {
      rest += chunk.toString()
      const lines = rest.split('\r\n')
      rest = lines.pop()!
      for (const line of lines) {
        if (message && line !== '.') continue
        message = line === 'DATA'
        commands.push(line)
        const said = answer(line, socket, of)
        if (said !== undefined) socket.write(`${said}\r\n`)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    for (const each of sockets) each.destroy()
    server.close()
  })
  return { heard, sockets, port: (server.address() as AddressInfo).port }
}

const usual = (command: string): string => (command === 'DATA' ? '354 go on' : '250 fine')

const open = (port: number, runtime: Parameters<typeof connections>[1] = systemRuntime()) => {
  const opened = connections({ host: '127.0.0.1', port, secure: false, requireTLS: false, ignoreTLS: true }, runtime)
  stops.push(opened.close)
  return opened
}
const message = Buffer.from('Subject: x\r\n\r\nhello\r\n.\r\nstill hello\r\n')
const send = (mail: ReturnType<typeof open>, to = 'b@example.com'): Promise<void> =>
  mail.send('a@example.com', to, message)
const outcomeOf = (attempt: Promise<void>): Promise<string> =>
  attempt.then(
    () => 'sent',
    (error: { code: string }) => error.code,
  )
const mailsOf = (commands: readonly string[]): number => commands.filter((each) => each.startsWith('MAIL')).length

test('many mails share three connections, and each is replaced after a hundred', async () => {
  const { heard, port } = await startServer(usual)
  const mail = open(port)
  await Promise.all(Array.from({ length: 40 }, () => send(mail)))
  assert.equal(heard.length, 3)
  for (let i = 0; i < 300; i++) await send(mail)
  assert.ok(heard.length > 3)
  assert.equal(
    heard.reduce((sum, each) => sum + mailsOf(each), 0),
    340,
  )
  for (const each of heard) assert.ok(mailsOf(each) <= 100)
})

test('refused mails leave their connections to the next', async () => {
  const { heard, port } = await startServer((command) =>
    /^RCPT.*nobody/.test(command) ? '550 no such' : usual(command),
  )
  const mail = open(port)
  const attempts = [...Array(6).fill('nobody@example.com'), ...Array(3).fill('b@example.com')].map((to) =>
    send(mail, to),
  )
  const outcomes = await Promise.allSettled(attempts)
  for (const each of outcomes.slice(0, 6)) {
    assert.ok(each.status === 'rejected')
    assert.equal(each.reason.code, 'EENVELOPE')
    assert.equal(each.reason.responseCode, 550)
  }
  assert.ok(outcomes.slice(6).every((each) => each.status === 'fulfilled'))
  assert.deepEqual(heard.map(mailsOf), [3, 3, 3])
})

test('a server that ends a kept connection is asked again over another; one that ends a fresh one is not', async () => {
  let ends = true
  const { heard, port } = await startServer((command, socket, of) => {
    if (of === 0 && mailsOf(heard[0]!) === 2) return void socket.destroy()
    if (of === 2 && ends && command.startsWith('MAIL')) return void socket.destroy()
    return usual(command)
  })
  const mail = open(port)
  await send(mail)
  await send(mail)
  assert.deepEqual(heard.map(mailsOf), [2, 1])
  // The second is busy, so a third is opened.
  await assert.rejects(Promise.all([send(mail), send(mail)]))
  assert.deepEqual(heard.map(mailsOf), [2, 2, 1])
  ends = false
  await send(mail)
})

test('a connection the server ended meanwhile is not used again', async () => {
  const { heard, sockets, port } = await startServer(usual)
  const mail = open(port)
  await send(mail)
  for (const each of sockets) each.end()
  await eventually(() => sockets.size === 0, 'the connection ends')
  await send(mail)
  assert.deepEqual(heard.map(mailsOf), [1, 1])
})

test('a server that says nothing holds nobody up for longer than half a minute, and what waits comes to its turn', async () => {
  let silent = true
  const { port } = await startServer((command) => (silent && command === 'DATA' ? undefined : usual(command)))
  const runtime = steerableRuntime()
  const mail = open(port, { now: runtime.now, sleep: () => runtime.sleep(5) })
  const attempts = Array.from({ length: 5 }, () => outcomeOf(send(mail)))
  await runtime.sleep(50)
  runtime.advance(30_000)
  assert.deepEqual(await Promise.all(attempts), Array(5).fill('ETIMEDOUT'))
  silent = false
  await send(mail)
})

test('once closed, what waits is refused and what is under way ends', async () => {
  const asked: Socket[] = []
  const { sockets, port } = await startServer((command, socket) => {
    if (command !== 'DATA') return usual(command)
    asked.push(socket)
    return undefined
  })
  const mail = open(port)
  const attempts = Array.from({ length: 5 }, () => outcomeOf(send(mail)))
  await eventually(() => asked.length === 3, 'three are under way')
  mail.close()
  for (const each of asked) each.write('354 go on\r\n')
  assert.deepEqual(await Promise.all(attempts), ['sent', 'sent', 'sent', 'ECLOSED', 'ECLOSED'])
  assert.equal(await outcomeOf(send(mail)), 'ECLOSED')
  await eventually(() => sockets.size === 0, 'its connections end')
})
