import type { Mutant } from '../mutant.ts'

const SERVER = 'src/gateway/http/server.ts'
const CLIENT_ERROR = 'src/gateway/http/client-error-handler.ts'
const EXCHANGE = 'src/gateway/api/exchange.ts'

const server = ['src/gateway/http/server.test.ts']
const upgrade = ['src/gateway/http/upgrade.test.ts']
const exposure = ['src/gateway/exposure.test.ts']

/** What comes in from outside: read in one way, answered once, and told no more than it may know. */
export const edge: readonly Mutant[] = [
  {
    guard: 'an offer to upgrade that is not our WebSocket is ignored',
    file: SERVER,
    text: 'given.upgrades(request)) return true',
    without: 'true) return true',
    tests: upgrade,
  },
  {
    guard: 'a handshake whose Host is in doubt opens nothing',
    file: SERVER,
    text: 'if (prepare(request) === undefined && given.upgrades(request)) return true',
    without: 'prepare(request)\n        if (given.upgrades(request)) return true',
    tests: upgrade,
  },
  {
    guard: 'a connection whose next request the parser dropped is closed',
    file: SERVER,
    text: 'if (request.headers.upgrade !== undefined && !cameAlone(request)) response.shouldKeepAlive = false',
    without: '',
    tests: upgrade,
  },
  {
    guard: 'routes see the normalised target',
    file: SERVER,
    text: 'request.url = target.url',
    without: '',
    tests: exposure,
  },
  {
    guard: 'a body is asked for only by who reads it',
    file: SERVER,
    text: 'continueWhenRead(request, response)\n    begin',
    without: 'response.writeContinue()\n    begin',
    tests: server,
  },
  {
    guard: 'two Hosts are refused',
    file: 'src/gateway/http/request/host.ts',
    text: 'if (times !== 1) return false',
    without: '',
    tests: server,
  },
  {
    guard: 'a Host that is none is refused',
    file: 'src/gateway/http/request/host.ts',
    text: 'if (!isHost(host)) return false',
    without: '',
    tests: server,
  },
  {
    guard: 'a broken escape cannot become a good one',
    file: 'src/gateway/http/request/request-target.ts',
    text: 'else if (!ESCAPE.test(path)) return undefined',
    without: 'else if (!ESCAPE.test(path)) out += character',
    tests: ['src/gateway/http/request/request-target.test.ts'],
  },
  {
    guard: 'what stands behind garbage in X-Forwarded-For is not believed',
    file: 'src/gateway/http/request/forwarded-for.ts',
    text: 'if (address === undefined) break',
    without: 'if (address === undefined) continue',
    tests: ['src/gateway/http/request/forwarded-for.test.ts'],
  },
  {
    guard: 'garbage is answered after the requests before it',
    file: CLIENT_ERROR,
    text: "else response.once('close', () => refuseNext(socket, fault))",
    without: 'else refuseNext(socket, fault)',
    tests: server,
  },
  {
    guard: 'the rest of a body that was refused is answered no more',
    file: CLIENT_ERROR,
    text: '} else if (response.headersSent) {',
    without: '} else if (response.headersSent) {\n        refuseNext(socket, fault)',
    tests: server,
  },
  {
    guard: 'a client that is slow with its body is no failure of ours',
    file: EXCHANGE,
    text: 'receiving ? REQUEST_TIMEOUT() : DEADLINE_EXCEEDED()',
    without: 'DEADLINE_EXCEEDED()',
    tests: server,
  },
  {
    guard: 'the time of a slow client is not measured as ours',
    file: EXCHANGE,
    text: 'const ms = receiving ? 0 : performance.now() - began',
    without: 'const ms = performance.now() - began',
    tests: server,
  },
  {
    guard: 'an operation has its whole deadline after the body has come',
    file: EXCHANGE,
    text: 'exchange.deadline = edge.runtime.now() + allowance',
    without: '',
    tests: server,
  },
  {
    guard: 'an answer that may hold a token is not compressed beside what the caller sent',
    file: EXCHANGE,
    text: 'coding === undefined || !isRead ||',
    without: 'coding === undefined ||',
    tests: ['src/gateway/http/negotiation.test.ts'],
  },
  {
    guard: 'what the shop stands on is told to nobody who may not read metrics',
    file: 'src/gateway/api/platform-routes.ts',
    text: 'mayLookInside(request) ? { status',
    without: 'status ? { status',
    tests: exposure,
  },
  {
    guard: 'the host a proxy brings is believed only when it is one',
    file: 'src/gateway/pages/pages.ts',
    text: 'each !== undefined && isHost(each)',
    without: 'each !== undefined',
    tests: ['src/gateway/pages/pages-edge.test.ts'],
  },
  {
    guard: 'a member of a query that is no UTF-8 is refused',
    file: 'src/gateway/api/input.ts',
    text: 'if (undecodable !== undefined)',
    without: "if (undecodable === 'none')",
    tests: ['src/gateway/gateway.test.ts'],
  },
]
