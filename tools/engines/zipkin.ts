import { join } from 'node:path'
import { cacheFolder, downloadOnce } from './download-cache.ts'
import { prepared, startEngine, type LocalEngine, type StartEngine } from './engine.ts'
import { oneFile } from './maven.ts'
import { answersHttp } from './probes.ts'
import { java, SMALL_JVM } from './programs.ts'

const ZIPKIN = { group: 'io.zipkin', name: 'zipkin-server', version: '3.5.1' }

/** Starts a Zipkin that keeps traces in memory, fetched with Maven the first time. */
export const startZipkin = async (given: StartEngine): Promise<LocalEngine> => {
  const ready = await prepared(given)
  const { port, progress } = ready
  const file = await java(progress)
  const home = await downloadOnce(cacheFolder(given.cache), `zipkin-${ZIPKIN.version}`, (half) => {
    progress(`Fetching Zipkin ${ZIPKIN.version} …`)
    return oneFile('copy', ZIPKIN, 'jar:exec', half, progress)
  })
  const first = '--armeria.ports[0]'
  const listen = [`${first}.ip=127.0.0.1`, `${first}.port=${port}`, `${first}.protocols[0]=http`]
  return startEngine(ready, {
    name: 'Zipkin',
    url: `http://127.0.0.1:${port}`,
    file,
    args: [...SMALL_JVM, '-Xmx256m', '-jar', join(home, `zipkin-server-${ZIPKIN.version}-exec.jar`), ...listen],
    answers: () => answersHttp(`http://127.0.0.1:${port}/health`),
  })
}
