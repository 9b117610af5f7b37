import { chownSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chooseServerUser } from '#engines/postgres/embedded/server/server-user.ts'
import { cacheFolder, downloadOnce } from './download-cache.ts'
import { prepared, startEngine, type LocalEngine, type StartEngine } from './engine.ts'
import { oneFile } from './maven.ts'
import { freePort } from './ports.ts'
import { answersHttp } from './probes.ts'
import { java, SMALL_JVM } from './programs.ts'

const OPENSEARCH = {
  group: 'org.opensearch.distribution.integ-test-zip',
  name: 'opensearch',
  version: '2.19.3',
}

/** Whether a user can run `$0`, read what lies beside it, and write `$1`. */
const PROBE = 'test -x "$0" && ls "$(dirname "$0")/../lib" >/dev/null && cd "$1" && test -w .'

const settings = (work: string, port: number, transport: number): string =>
  Object.entries({
    'cluster.name': 'jangteo',
    'node.name': 'jangteo',
    'path.data': join(work, 'data'),
    'path.logs': join(work, 'logs'),
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': transport,
    'discovery.type': 'single-node',
    // A disk that is nearly full belongs to the person at it: the index must not turn read-only.
    'cluster.routing.allocation.disk.threshold_enabled': false,
  })
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('')

const LOGGING = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
`

const JVM = [...SMALL_JVM, '-Xms512m', '-Xmx512m', '18-23:-Djava.security.manager=allow', ''].join('\n')

/**
 * Starts an OpenSearch of one node, without plug-ins, fetched with Maven the first time. It refuses to run as root: root
 * gives it to an unprivileged user, who owns what it works in.
 */
export const startOpenSearch = async (given: StartEngine): Promise<LocalEngine> => {
  const ready = await prepared(given)
  const { runtime, folder, port, progress } = ready
  const home = dirname(dirname(realpathSync(await java(progress))))
  const cached = await downloadOnce(cacheFolder(given.cache), `opensearch-${OPENSEARCH.version}`, (half) => {
    progress(`Fetching OpenSearch ${OPENSEARCH.version} …`)
    return oneFile('unpack', OPENSEARCH, 'zip', half, progress)
  })
  const binary = join(cached, `opensearch-${OPENSEARCH.version}`, 'bin', 'opensearch')
  const work = join(folder, 'work')
  const fresh = !existsSync(work)
  mkdirSync(work, { recursive: true })
  const user = chooseServerUser({
    binary,
    env: {},
    folder: work,
    fresh,
    server: 'OpenSearch',
    probe: PROBE,
    instead: 'OPENSEARCH_URL',
  })
  const owned = (path: string): void => {
    if (user.owner) chownSync(path, user.owner.uid, user.owner.gid)
  }
  const config = join(work, 'config')
  for (const each of [config, join(work, 'data'), join(work, 'logs'), join(work, 'tmp')]) {
    mkdirSync(each, { recursive: true })
    owned(each)
  }
  const files = {
    'opensearch.yml': settings(work, port, await freePort(runtime)),
    'log4j2.properties': LOGGING,
    'jvm.options': JVM,
  }
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(config, name), text)
    owned(join(config, name))
  }
  const { file, args, options } = user.command(binary, [])
  return startEngine(ready, {
    name: 'OpenSearch',
    url: `http://127.0.0.1:${port}`,
    file,
    args,
    options,
    env: { OPENSEARCH_JAVA_HOME: home, OPENSEARCH_PATH_CONF: config, OPENSEARCH_TMPDIR: join(work, 'tmp') },
    // Yellow: every index can be read and written.
    answers: () => answersHttp(`http://127.0.0.1:${port}/_cluster/health?wait_for_status=yellow&timeout=1s`),
  })
}
