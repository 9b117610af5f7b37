import { startEmbedded } from '#engines/postgres/embedded/start.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import { systemRuntime } from '#kernel/runtime.ts'

// A shop reduced to its database, as a process that tests can kill: prints a line of JSON once it is ready.

try {
  const server = await startEmbedded({
    dataDir: process.argv[2]!,
    runtime: systemRuntime(),
    sync: false,
    onDown: (why) => console.error(`down: ${why}`),
    onUp: () => console.error('up'),
  })
  const alive = setInterval(() => {}, 60_000)
  process.once('SIGTERM', async () => {
    await server.stop()
    clearInterval(alive)
  })
  console.log(JSON.stringify({ connection: server.connection, url: server.url, pid: server.pid() }))
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  console.error(error.message)
  process.exitCode = 1
}
