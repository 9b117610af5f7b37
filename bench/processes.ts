import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { once } from 'node:events'

const TICKS_PER_SECOND = 100

/** Seconds of processor a process has used, with those of the children it has buried; 0 where the system does not tell. */
const cpuOf = (pid: number, withBuried: boolean): number => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const own = fields[11]! + fields[12]!
    return (withBuried ? own + fields[13]! + fields[14]! : own) / TICKS_PER_SECOND
  } catch {
    return 0
  }
}

const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((each) => {
        try {
          const text = readFileSync(`/proc/${each}/stat`, 'utf8')
          return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === pid
        } catch {
          return false
        }
      })
  } catch {
    return []
  }
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

/** Seconds of processor used by a process and all below it; of those whose command is `counted`. */
export const cpuOfTree = (pid: number, counted: (command: string) => boolean = () => true): number =>
  (counted(commandOf(pid)) ? cpuOf(pid, true) : 0) +
  childrenOf(pid).reduce((sum, child) => sum + cpuOfTree(child, counted), 0)

/** A program of ours in a process of its own. */
export interface Started {
  readonly pid: number
  readonly origin: string
  stop(): Promise<void>
}

/** Starts a program that says its origin (`http://…`) on a line when it is ready; `input` is what it reads. */
export const startProgram = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<Started> => {
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin!.end(input)
  let said = ''
  const origin = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      const found = /(?:is open|listening) at (http:\/\/[^\s]+)/.exec(said)
      if (found) resolve(found[1]!)
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}:\n${said}`)))
  })
  return {
    pid: child.pid!,
    origin: origin.replace('localhost', '127.0.0.1'),
    stop: async () => {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}
