import { readdirSync, readFileSync } from 'node:fs'

const TICKS_PER_SECOND = 100

interface Process {
  readonly pid: number
  readonly parent: number
  /** Seconds of processor, its own and of the children it has buried. */
  readonly own: number
  readonly buried: number
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** One line of `/proc/PID/stat`. */
export const parseStat = (text: string): Process => {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const seconds = (at: number): number => (fields[at]! + fields[at + 1]!) / TICKS_PER_SECOND
  return { pid: Number.parseInt(text, 10), parent: fields[1]!, own: seconds(11), buried: seconds(13) }
}

const allProcesses = (): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const text = read(`/proc/${name}/stat`)
      return text ? [parseStat(text)] : []
    })

const below = (all: readonly Process[], pid: number): Process[] =>
  all.filter((each) => each.pid === pid).concat(belowOnly(all, pid))

const belowOnly = (all: readonly Process[], pid: number): Process[] =>
  all.filter((each) => each.parent === pid).flatMap((each) => [each, ...belowOnly(all, each.pid)])

/** What kind of process a command of the shop's is. */
export const kindOf = (command: string): string => {
  const host = /src\/main\.ts serve .*--host (\S+)/.exec(command)?.[1]
  if (host) return host
  if (command.includes('src/main.ts start')) return 'shop'
  if (command.includes('src/main.ts cluster')) return 'supervisor'
  if (command.includes('kafka.Kafka')) return 'kafka'
  if (command.includes('redis-server')) return 'redis'
  if (/opensearch/i.test(command)) return 'opensearch'
  if (/zipkin-server\S*\.jar/.test(command)) return 'zipkin'
  if (/prometheus\S* --config/.test(command)) return 'prometheus'
  return 'supervisor'
}

const memoryOf = (pid: number): number => {
  const pss = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]
  return Number(pss ?? /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

/** What the processes of one kind have used so far: seconds of processor, and bytes of memory they hold. */
export interface Usage {
  readonly processes: number
  readonly cpu: number
  readonly memory: number
}

/**
 * Usage by kind of everything a run consists of: below `shop`, below `database` (told apart by the service whose
 * connection a process serves, as `serves` says), and this process, the customers.
 */
export const usageBy = (
  shop: number,
  database: number,
  serves: ReadonlyMap<number, string>,
): Readonly<Record<string, Usage>> => {
  const all = allProcesses()
  const usage: Record<string, Usage> = {}
  const add = (kind: string, { pid, own }: Process, buried: number): void => {
    const { processes, cpu, memory } = usage[kind] ?? { processes: 0, cpu: 0, memory: 0 }
    usage[kind] = { processes: processes + 1, cpu: cpu + own + buried, memory: memory + memoryOf(pid) }
  }
  for (const each of below(all, shop))
    add(kindOf(read(`/proc/${each.pid}/cmdline`).replaceAll('\0', ' ')), each, each.buried)
  for (const each of below(all, database)) {
    const service = serves.get(each.pid)
    if (service?.startsWith('bench')) continue
    add(service ? `database ${service}` : 'database itself', each, each.pid === database ? each.buried : 0)
  }
  for (const each of all) if (each.pid === process.pid) add('load', each, 0)
  return usage
}

/** Payload over TCP and UDP of this network namespace so far. */
export const networkBytes = (): number => {
  const [names = '', values = ''] = read('/proc/net/netstat')
    .split('\n')
    .filter((line) => line.startsWith('IpExt:'))
  const at = names.split(' ').indexOf('OutOctets')
  return at < 0 ? 0 : Number(values.split(' ')[at])
}

/** Seconds that all cores of the machine have worked so far. */
export const machineBusy = (): number => {
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0] = (read('/proc/stat').split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + soft) / TICKS_PER_SECOND
}
