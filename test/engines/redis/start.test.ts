import { Redis } from 'ioredis'
import { startRedis } from '#tools/engines/redis.ts'
import { comesBack } from '#test/support/engines/coming-back.ts'

const asked = async <T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(url, { lazyConnect: true })
  try {
    await client.connect()
    return await work(client)
  } finally {
    client.disconnect()
  }
}

comesBack(startRedis, {
  read: (url) => asked(url, (client) => client.get('word')),
  write: (url) => asked(url, async (client) => void (await client.set('word', '장터'))),
  expected: [null, '장터', '장터'],
})
