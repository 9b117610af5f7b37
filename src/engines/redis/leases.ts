import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import type { Signing } from '#kernel/remote/security/signing.ts'
import { parseLease, signedLease, type LeaseContent } from './signed-lease.ts'

/** Milliseconds a lease is good for without being renewed. */
export const LEASE = 2_000
/** Milliseconds after which a lease that ran out, or was given up, is forgotten. */
const FORGOTTEN = 60_000
/** Nothing of a shop that is gone stays for longer. */
const ABANDONED = 3_600_000
/** Texts of leases that are remembered. */
const LEASES_AT_MOST = 1_000

/** A lease as Redis has it. */
export interface Lease {
  readonly id: string
  /** Milliseconds it is still good for; negative since it ran out. Told by Redis's clock: ours need not agree. */
  readonly left: number
  /** Nothing for one that was given up. */
  readonly content: LeaseContent | undefined
}

/** All leases at a moment. */
export interface Leases {
  /** Changes when Redis has lost what it held. */
  readonly epoch: string
  /** Who has the name that was claimed; empty when nobody had it. */
  readonly taken: string
  readonly all: readonly Lease[]
  /** What is under our key and is no lease of ours. */
  readonly strange: readonly string[]
}

/** Text of a lease that was given up. */
const LEFT = 'left'

/**
 * Renews a lease, if one is given, and answers all. One hash holds them: instance → when it ends by Redis's own clock,
 * and what it says. Whoever looks clears away what nobody needs any more. A lease that claims a name is not written while
 * another of that name is good: of two that claim it at once one comes first.
 */
const HEARTBEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSETNX', KEYS[1], '#epoch', ARGV[1])
local taken = ''
if ARGV[5] ~= '' then
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    local ends, text = string.match(fields[i + 1], '^(%d+) (.*)$')
    if ends and tonumber(ends) > now and fields[i] ~= ARGV[2] then
      local ok, content = pcall(cjson.decode, text)
      if ok and type(content) == 'table' and content.host == ARGV[5] then taken = fields[i] end
    end
  end
end
if ARGV[2] ~= '' and taken == '' then redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f ', now + ARGV[4]) .. ARGV[3]) end
redis.call('PEXPIRE', KEYS[1], ${ABANDONED})
local fields = redis.call('HGETALL', KEYS[1])
local answer = { redis.call('HGET', KEYS[1], '#epoch'), taken }
for i = 1, #fields, 2 do
  if fields[i] ~= '#epoch' then
    local ends, text = string.match(fields[i + 1], '^(%d+) (.*)$')
    if ends and now - ends > ${FORGOTTEN} then
      redis.call('HDEL', KEYS[1], fields[i])
    else
      table.insert(answer, fields[i])
      table.insert(answer, ends and string.format('%.0f', ends - now) or '')
      table.insert(answer, text or fields[i + 1])
    end
  end
end
return answer`

/** What texts say, each read once for as long as it is among the last seen: of a lease that is renewed only its end changes. */
const parsedOnce = (signing: Signing): ((text: string) => LeaseContent | undefined) => {
  const known = new LRUCache<string, { readonly content: LeaseContent | undefined }>({ max: LEASES_AT_MOST })
  return (text) => {
    let found = known.get(text)
    if (!found) known.set(text, (found = { content: parseLease(text, signing) }))
    return found.content
  }
}

const leasesOf = (
  [epoch, taken, ...rest]: readonly string[],
  parsed: (text: string) => LeaseContent | undefined,
): Leases => {
  const all: Lease[] = []
  const strange: string[] = []
  for (let i = 0; i < rest.length; i += 3) {
    const [id, left, text] = rest.slice(i, i + 3) as [string, string, string]
    const content = text === LEFT ? undefined : parsed(text)
    if (left === '' || (text !== LEFT && !content)) strange.push(id)
    else all.push({ id, left: Number(left), content })
  }
  return { epoch: epoch!, taken: taken!, all, strange }
}

/** The leases at one key of a Redis. Every call rejects while it is away. */
export const leasesAt = (
  client: Redis,
  key: string,
  { newId, signing }: { readonly newId: () => string; readonly signing: Signing },
) => {
  const content = parsedOnce(signing)
  const heartbeat = async (id: string, text: string, name = ''): Promise<Leases> =>
    leasesOf((await client.eval(HEARTBEAT, 1, key, newId(), id, text, LEASE, name)) as string[], content)
  return {
    look: () => heartbeat('', ''),
    claim: (id: string, content: LeaseContent) => heartbeat(id, signedLease(content, signing), content.host),
    renew: (id: string, content: LeaseContent) => heartbeat(id, signedLease(content, signing)),
    giveUp: (id: string) => heartbeat(id, LEFT),
  }
}
