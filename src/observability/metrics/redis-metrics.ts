import { Gauge, type Registry } from 'prom-client'
import type { RedisStore } from '#engines/redis/connection.ts'

/** Whether Redis answers a PING within the command timeout, measured at scrape time; absent where no Redis is configured. */
export const registerRedisMetrics = (registry: Registry, redis: Pick<RedisStore, 'client'> | undefined): void => {
  new Gauge({
    name: 'jangteo_redis_available',
    help: 'Whether Redis answers this host: 1, or 0 while hosts do without it',
    labelNames: [],
    registers: [registry],
    async collect() {
      // Without a value of its own a gauge without labels is 0.
      this.remove()
      if (!redis) return
      const [answer] = await Promise.allSettled([redis.client.ping()])
      this.set(answer.status === 'fulfilled' ? 1 : 0)
    },
  })
}
