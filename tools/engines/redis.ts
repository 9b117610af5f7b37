import { prepared, startEngine, type LocalEngine, type StartEngine } from './engine.ts'
import { ask } from './probes.ts'
import { program } from './programs.ts'

/** Starts a Redis that keeps what it was told in a log of commands: it comes back with it. */
export const startRedis = async (given: StartEngine): Promise<LocalEngine> => {
  const ready = await prepared(given)
  const { folder, port, progress } = ready
  const file = await program('redis-server', 'redis-server', progress)
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no']
  return startEngine(ready, {
    name: 'Redis',
    url: `redis://127.0.0.1:${port}`,
    file,
    args: [...args, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
    // While it reads its data in, it answers -LOADING.
    answers: async () => (await ask(port, 'PING\r\n')).toString().startsWith('+PONG'),
  })
}
