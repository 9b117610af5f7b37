import { spawn } from 'node:child_process'

/** Becomes the program where Node.js can (22.15 on); else runs it, hands signals on and ends as it ends. */
export const handOver = (file, argv, env) => {
  if (process.execve) process.execve(file, [file, ...argv], env)
  const running = { child: undefined, asked: undefined }
  // Before the program is there: a signal that comes in between must not leave it alone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      running.asked = signal
      running.child?.kill(signal)
    })
  const child = spawn(file, argv, { stdio: 'inherit', env })
  running.child = child
  if (running.asked) child.kill(running.asked)
  child.on('exit', (code, signal) => process.exit(signal ? 130 : code))
}
