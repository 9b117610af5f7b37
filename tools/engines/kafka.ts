import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, downloadOnce } from './download-cache.ts'
import { prepared, startEngine, type LocalEngine, type StartEngine } from './engine.ts'
import { withDependencies } from './maven.ts'
import { freePort } from './ports.ts'
import { ask } from './probes.ts'
import { java, run, SMALL_JVM } from './programs.ts'

const KAFKA = { group: 'org.apache.kafka', name: 'kafka_2.13', version: '4.3.0' }

/** A way into a Kafka besides the one that is open to all of this machine. */
export interface KafkaListener {
  readonly protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  /** Clients reach it as `localhost:port`: certificates name names. */
  readonly port: number
  /** Settings of this listener alone, as `ssl.keystore.location`. */
  readonly properties: Readonly<Record<string, string>>
}

/** One node that is broker and controller at once; every inner topic has the one replica there can be. */
const properties = (
  folder: string,
  { port, advertised, controller }: { readonly port: number; readonly advertised: number; readonly controller: number },
  listeners: readonly KafkaListener[],
): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: [
      `PLAINTEXT://127.0.0.1:${port}`,
      `CONTROLLER://127.0.0.1:${controller}`,
      ...listeners.map((each) => `${each.protocol}://127.0.0.1:${each.port}`),
    ].join(','),
    'advertised.listeners': [
      `PLAINTEXT://127.0.0.1:${advertised}`,
      ...listeners.map((each) => `${each.protocol}://localhost:${each.port}`),
    ].join(','),
    'listener.security.protocol.map': [
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      ...listeners.map(({ protocol }) => `${protocol}:${protocol}`),
    ].join(','),
    ...Object.fromEntries(
      listeners.flatMap(({ protocol, properties: own }) =>
        Object.entries(own).map(([name, value]) => [`listener.name.${protocol.toLowerCase()}.${name}`, value]),
      ),
    ),
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // One that was killed must not be taken for alive for long: it could not come back meanwhile.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

const LOGGING = `rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %m (%c)%n
`

/** ApiVersions, the one request every broker answers: length, key 18, version 0, correlation 7, no client id. */
const API_VERSIONS = Buffer.from('0000000a0012000000000007ffff', 'hex')

/**
 * Starts a Kafka of one node (KRaft), fetched with Maven the first time. `listeners` are further ways in, one of each
 * protocol; `scram` are users it knows from its first start on, as `SCRAM-SHA-512=[name=shop,password=…]`. Clients are
 * told to come to the port `advertised` where something stands in between.
 */
export const startKafka = async (
  given: StartEngine & {
    readonly listeners?: readonly KafkaListener[]
    readonly scram?: readonly string[]
    readonly advertised?: number
  },
): Promise<LocalEngine> => {
  const ready = await prepared(given)
  const { runtime, folder, port, progress } = ready
  const file = await java(progress)
  const home = await downloadOnce(cacheFolder(given.cache), `kafka-${KAFKA.version}`, (half) => {
    progress(`Fetching Kafka ${KAFKA.version} …`)
    return withDependencies(KAFKA, half, progress)
  })
  const config = join(folder, 'server.properties')
  const logging = join(folder, 'log4j2.properties')
  mkdirSync(folder, { recursive: true })
  const ports = { port, advertised: given.advertised ?? port, controller: await freePort(runtime) }
  writeFileSync(config, properties(folder, ports, given.listeners ?? []))
  writeFileSync(logging, LOGGING)
  const virtual = [...SMALL_JVM, '-Xmx512m', `-Dlog4j2.configurationFile=${logging}`, '-cp', join(home, 'lib', '*')]
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const tool = [...virtual, 'kafka.tools.StorageTool']
    const id = (await run(file, [...tool, 'random-uuid'])).trim()
    const users = (given.scram ?? []).flatMap((each) => ['--add-scram', each])
    await run(file, [...tool, 'format', '-t', id, '-c', config, ...users])
  }
  return startEngine(ready, {
    name: 'Kafka',
    url: `127.0.0.1:${port}`,
    file,
    args: [...virtual, 'kafka.Kafka', config],
    answers: async () => (await ask(port, API_VERSIONS)).readInt32BE(4) === 7,
  })
}
