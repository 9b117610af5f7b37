import { once } from 'node:events'
import { createServer } from 'node:net'

/** First of `count` ports in a row on which nobody listens, away from those the system hands out by itself. */
export const freePorts = async (count: number): Promise<number> => {
  for (;;) {
    const first = 12_000 + Math.floor(Math.random() * 18_000)
    const held = await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const server = createServer().listen(first + n, '127.0.0.1')
        return once(server, 'listening').then(
          () => server,
          () => undefined,
        )
      }),
    )
    for (const each of held) each?.close()
    if (held.every((each) => each !== undefined)) return first
  }
}
