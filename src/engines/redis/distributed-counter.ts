import type { RedisStore } from './connection.ts'

/** Adds to counters that end with their window, which begins with the first call; answers total and milliseconds left. */
const ADD = `
local answer = {}
for i = 1, #KEYS do
  local total = redis.call('INCRBY', KEYS[i], ARGV[2 * i - 1])
  local left = redis.call('PTTL', KEYS[i])
  if left < 0 then
    left = tonumber(ARGV[2 * i])
    redis.call('PEXPIRE', KEYS[i], left)
  end
  answer[2 * i - 1] = total
  answer[2 * i] = left
end
return answer`

/** At most so many counters in one step: a step holds up everybody else. */
const AT_ONCE = 500

interface Add {
  readonly name: string
  readonly calls: number
  readonly windowMs: number
}

/** Counters that all processes of a shop share. Rejects while Redis is away. */
export const sharedCounts = (redis: RedisStore) => {
  const some = async (adds: readonly Add[]) => {
    const keys = adds.map((each) => redis.key(`limit:${each.name}`))
    const values = adds.flatMap((each) => [each.calls, each.windowMs])
    const answer = (await redis.client.eval(ADD, keys.length, ...keys, ...values)) as number[]
    return adds.map((_, i) => ({ total: answer[2 * i]!, left: answer[2 * i + 1]! }))
  }
  return async (adds: readonly Add[]) => {
    const parts: (readonly Add[])[] = []
    for (let i = 0; i < adds.length; i += AT_ONCE) parts.push(adds.slice(i, i + AT_ONCE))
    return (await Promise.all(parts.map(some))).flat()
  }
}
