import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, kept } from './cache.ts'
import { prepared, startEngine, type LocalEngine, type StartEngine } from './engine.ts'
import { withDependencies } from './maven.ts'
import { freePort } from './ports.ts'
import { ask } from './probes.ts'
import { java, run } from './programs.ts'

const KAFKA = { group: 'org.apache.kafka', name: 'kafka_2.13', version: '4.3.0' }

/** One node that is broker and controller at once; every inner topic has the one replica there can be. */
const properties = (folder: string, port: number, controller: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
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

/** Starts a Kafka of one node (KRaft), fetched with Maven the first time. */
export const startKafka = async (given: StartEngine): Promise<LocalEngine> => {
  const ready = await prepared(given)
  const { runtime, folder, port, progress } = ready
  const file = await java(progress)
  const home = await kept(cacheFolder(given.cache), `kafka-${KAFKA.version}`, (half) => {
    progress(`Fetching Kafka ${KAFKA.version} …`)
    return withDependencies(KAFKA, half, progress)
  })
  const config = join(folder, 'server.properties')
  const logging = join(folder, 'log4j2.properties')
  mkdirSync(folder, { recursive: true })
  writeFileSync(config, properties(folder, port, await freePort(runtime)))
  writeFileSync(logging, LOGGING)
  const virtual = ['-Xmx512m', `-Dlog4j2.configurationFile=${logging}`, '-cp', join(home, 'lib', '*')]
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const tool = [...virtual, 'kafka.tools.StorageTool']
    const id = (await run(file, [...tool, 'random-uuid'])).trim()
    await run(file, [...tool, 'format', '-t', id, '-c', config])
  }
  return startEngine(ready, {
    name: 'Kafka',
    url: `127.0.0.1:${port}`,
    file,
    args: [...virtual, 'kafka.Kafka', config],
    answers: async () => (await ask(port, API_VERSIONS)).readInt32BE(4) === 7,
  })
}
