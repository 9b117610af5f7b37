import { spawn } from 'node:child_process'

/** Becomes the program where Node.js can (22.15 on); else runs it, hands signals on and ends as it ends. */
export const handOver = (file, argv, env) => {
  if (process.execve) process.execve(file, [file, ...argv], env)
  const child = spawn(file, argv, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 130 : code))
}
