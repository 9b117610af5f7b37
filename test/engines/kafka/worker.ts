import { pino } from 'pino'
import { systemRuntime } from '#kernel/runtime.ts'
import { openKafka } from '#engines/kafka/connect.ts'
import { serviceConnection } from '#engines/postgres/schema/provision.ts'
import type { Connection } from '#engines/postgres/embedded/start.ts'
import { startHost } from '#src/host/process/host.ts'
import { alpha, betaOf } from './services.ts'

// A host of the test's services in a process of its own, which is killed: `node worker.ts '{"runs":"alpha",…}'`.

/** What a worker is told. */
export interface WorkerTask {
  readonly runs: 'alpha' | 'beta'
  readonly admin: Connection
  readonly brokers: readonly string[]
  readonly prefix: string
}

const task = JSON.parse(process.argv[2]!) as WorkerTask
const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
await startHost({
  services: [task.runs === 'alpha' ? alpha : betaOf()],
  connection: (name) => serviceConnection(task.admin, name),
  settings: {},
  runtime: systemRuntime(),
  log,
  kafka: openKafka({ brokers: task.brokers, prefix: task.prefix, partitions: 4, replicas: 1, name: task.runs, log }),
})
process.send?.('ready')
