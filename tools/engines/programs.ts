import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CannotStart } from '#kernel/cannot-start.ts'

/**
 * What a JVM on a machine of one's own is told. Its optimizing compiler is for servers that run for weeks: in the minutes
 * an engine runs here it takes more than it ever saves, beside a shop on the same few cores. So do collectors with threads
 * of their own, on a heap that small.
 */
export const SMALL_JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const

/** How many lines of a program's complaint are shown. */
const LINES = 15

/**
 * Runs a program to its end and answers what it wrote. Throws CannotStart with the last it said when it fails.
 */
export const run = async (
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> => {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  })
  let out = ''
  let all = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => ((out += text), (all += text)))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text))
  const [code, signal] = await once(child, 'close').catch((error: Error) => {
    throw new CannotStart(`${file} cannot be run: ${error.message}`)
  })
  if (code === 0) return out
  const said = all.trim().split('\n').slice(-LINES).join('\n')
  throw new CannotStart(`${file} ${args[0] ?? ''} failed (${code ?? signal}):\n${said}`)
}

const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** Installs Debian packages; processes that want the same at once wait for each other. */
const install = async (name: string, packages: string): Promise<void> => {
  const script =
    'command -v "$0" >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends $1; }'
  await run('flock', ['/tmp/jangteo-apt.lock', 'sh', '-c', script, name, packages], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
}

/**
 * Where a program of the system is: on PATH, or, as root on Debian, installed from its packages. Throws CannotStart with
 * what to install otherwise.
 */
export const program = async (name: string, packages: string, progress: (line: string) => void): Promise<string> => {
  const found = onPath(name)
  if (found) return found
  const canInstall = process.getuid?.() === 0 && onPath('apt-get') !== undefined
  if (canInstall) {
    progress(`Installing ${packages} …`)
    await install(name, packages)
  }
  const installed = onPath(name)
  if (installed) return installed
  throw new CannotStart(`There is no ${name} on this machine: install it (Debian: ${packages}).`)
}

/** Java, 17 or newer: of JAVA_HOME, or the system's. */
export const java = async (progress: (line: string) => void): Promise<string> => {
  const home = process.env['JAVA_HOME']
  return home ? join(home, 'bin', 'java') : program('java', 'default-jre-headless', progress)
}
