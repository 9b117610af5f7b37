import { join } from 'node:path'
import { cacheFolder, downloadOnce } from './download-cache.ts'
import { prepared, startEngine, type LocalEngine, type StartEngine } from './engine.ts'
import { answersHttp } from './probes.ts'
import { program, run } from './programs.ts'

const VERSION = '2.5.0'

/** Starts a toxiproxy without proxies, built with Go the first time; its API makes them. */
export const startToxiproxy = async (given: StartEngine): Promise<LocalEngine> => {
  const ready = await prepared(given)
  const { port, progress } = ready
  const home = await downloadOnce(cacheFolder(given.cache), `toxiproxy-${VERSION}`, async (half) => {
    progress(`Building toxiproxy ${VERSION} …`)
    const go = await program('go', 'golang-go', progress)
    await run(go, ['install', `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`], { env: { GOBIN: half } })
  })
  return startEngine(ready, {
    name: 'toxiproxy',
    url: `http://127.0.0.1:${port}`,
    file: join(home, 'server'),
    args: ['-host', '127.0.0.1', '-port', String(port)],
    answers: () => answersHttp(`http://127.0.0.1:${port}/version`),
  })
}
