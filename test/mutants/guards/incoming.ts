import { guardsOf, type Mutant } from '../mutant.ts'

const GATEWAY = 'src/gateway'
const body = guardsOf(`${GATEWAY}/api/body.ts`, `${GATEWAY}/gateway.test.ts`)
const input = guardsOf(`${GATEWAY}/api/input.ts`, `${GATEWAY}/gateway.test.ts`)
const limits = guardsOf(`${GATEWAY}/limits/limits.ts`, `${GATEWAY}/limits/limits.test.ts`)
const counts = guardsOf(`${GATEWAY}/limits/counts.ts`, `${GATEWAY}/limits/limits.test.ts`)
const sharing = guardsOf(`${GATEWAY}/limits/distributed-counter.ts`, `${GATEWAY}/limits/distributed-counter.test.ts`)
const server = guardsOf(`${GATEWAY}/http/server.ts`, `${GATEWAY}/http/server.test.ts`)
const forwarded = guardsOf(`${GATEWAY}/http/request/forwarded-for.ts`, `${GATEWAY}/http/request/forwarded-for.test.ts`)
const storable = guardsOf('src/kernel/text/storable-text.ts', 'src/kernel/text/storable-text.test.ts')

/** What comes in: how much, in which form, from where and how often. */
export const incoming: readonly Mutant[] = [
  body('a body announced too large is refused', 'if (Number(length) > limit) throw PAYLOAD_TOO_LARGE()', ''),
  body('a body that turns out too large is refused', 'else reject(PAYLOAD_TOO_LARGE())', ''),
  body('a body is UTF-8', 'if (!isUtf8(bytes)) throw MALFORMED_BODY()', ''),
  body('a body is an object', "typeof value !== 'object' || value === null || Array.isArray(value)", 'value === null'),
  body('a body is not nested without end', 'if (depth > MAX_DEPTH)', 'if (depth < 0)'),
  body('a body does not reach for a prototype', "if (key === '__proto__') return true", ''),
  body(
    'a body does not reach for a prototype by its constructor',
    "return key === 'constructor' && typeof member",
    "return key === '' && typeof member",
  ),
  body('a body is JSON by its type', "!JSON_TYPE.test(headers['content-type'] ?? '') || ", ''),
  body('a body is not packed', " || headers['content-encoding'] !== undefined", ''),
  input(
    'a member that travels as a header has no second way in',
    'if (value === undefined) delete input[member]\n    else input[member] = value',
    'if (value !== undefined) input[member] = value',
  ),
  input(
    'the path wins over the body',
    'for (const name of route.params) input[name] = params[name]',
    'for (const name of route.params) input[name] ??= params[name]',
  ),
  input('a query member comes once', "if (typeof value !== 'string')\n", 'if (value === undefined)\n'),
  input('a query does not reach for a prototype', 'const input = Object.create(null)', 'const input = {}'),

  limits('a request too many is refused', 'if (found.total >= limit.quota.calls) {', 'if (found.total < 0) {'),
  limits('an exact limit is agreed on', 'if (which[i]! > limit.quota.calls) refuse(counted, limit, each, now)', ''),
  limits('a subscriber of IPv6 is one client', "address.includes(':') ? networkOf(address) : address", 'address'),
  limits('an account is one, wherever it comes from', "const ofAccount = only('account')", 'const ofAccount = only()'),
  counts('a window ends', 'return now < found.endsAt ? found : begin(who, now)', 'return found'),
  guardsOf(`${GATEWAY}/limits/counts.ts`, `${GATEWAY}/limits/counts.test.ts`)(
    'a window is remembered to its end',
    'return before !== undefined && now < before.endsAt ? store(who, before, now) : begin(who, now)',
    'return begin(who, now)',
  ),
  sharing('a call knows which of its window it is', 'added.total - added.sent + unsent', 'added.total - added.sent'),
  sharing('what could not be told stays counted', 'batch.forEach((count, i) => (count.unsent += sent[i]!))', ''),
  sharing('less than is known is not believed', 'if (answer.total < count.total - count.unsent) return', ''),

  server(
    'a host is named once and well',
    'if (!hasGoodHost(request)) return HOST_INVALID()\n    if (!isUnderstood',
    'if (!isUnderstood',
  ),
  server('the authority of a target is a host', 'if (!hasGoodHost(request)) return HOST_INVALID()\n    }', '}'),
  server('a coding or version we do not speak is refused', 'if (!isUnderstood(request)) return BAD_REQUEST()', ''),
  server('a target has an end', 'if (url.length > MAX_TARGET) return URI_TOO_LONG()', ''),
  guardsOf(`${GATEWAY}/http/server.ts`, `${GATEWAY}/http/request/forwarded-header.test.ts`)(
    'an address a proxy wrote is an address',
    "if (believed === undefined) delete headers['x-forwarded-for']\n      else headers['x-forwarded-for'] = believed",
    '',
  ),
  forwarded('a port is no part of an address', "text.replace(/:\\d+$/, '')", 'text'),
  guardsOf(`${GATEWAY}/gateway.ts`, `${GATEWAY}/limits/limits.test.ts`)(
    'an address is believed from a trusted proxy only',
    'trustProxy: settings.trustProxy',
    'trustProxy: true',
  ),
  guardsOf('src/observability/metrics/metrics-token.ts', `${GATEWAY}/gateway.test.ts`)(
    'metrics are for who may read them',
    "reader === 'anybody' ||",
    'reader ||',
  ),
  guardsOf(`${GATEWAY}/stream/stream.ts`, `${GATEWAY}/stream/stream.test.ts`)(
    'a process takes so many listeners',
    'connected.size() + opening >= settings.streamLimit',
    'connected.size() < 0',
  ),

  guardsOf('src/kernel/call.ts', 'src/kernel/call.test.ts')(
    'an input is what its contract says',
    "if ('fault' in parsed) throw parsed.fault",
    "if ('fault' in parsed) return run(input as never, context)",
  ),
  guardsOf('src/kernel/call.ts', 'src/kernel/call.test.ts')(
    'what nobody waits for is not done',
    'if (context.deadline <= runtime.now()) throw DEADLINE_EXCEEDED()',
    '',
  ),
  guardsOf('src/kernel/call.ts', 'src/kernel/call.test.ts')(
    'an error tells nothing',
    'return translated ?? INTERNAL(undefined, { cause: error })',
    'return error as Fault',
  ),
  guardsOf('src/kernel/input/input.ts', 'src/kernel/input/input.test.ts')(
    'text that cannot be stored is refused',
    'if (field !== undefined) return',
    'if (field === null) return',
  ),
  guardsOf('src/kernel/input/cursor.ts', 'src/kernel/input/cursor.test.ts')(
    'text in a cursor that cannot be stored is refused',
    ' && unstorableAt(parsed.data) === undefined',
    '',
  ),
  storable('a text without U+0000', "!text.includes('\\u0000') && ", ''),
  storable('a text without lone halves of a character', ' && text.isWellFormed()', ''),
  storable('names of members are text as well', 'if (!isStorable(key)) return path', ''),
]
