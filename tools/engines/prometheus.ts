import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepared, startEngine, type LocalEngine, type StartEngine } from './engine.ts'
import { answersHttp } from './probes.ts'
import { program } from './programs.ts'

/** What a Prometheus looks at: the metrics of one host, of all its replicas. */
export interface Watched {
  readonly host: string
  /** Where each replica tells its metrics, as `127.0.0.1:4010`. */
  readonly addresses: readonly string[]
}

/** Starts a Prometheus that looks at `watched` as often as those of deploy/observe do, and raises the alerts of the file `rules`. */
export const startPrometheus = async (
  given: StartEngine & { readonly watched: readonly Watched[]; readonly rules?: string },
): Promise<LocalEngine> => {
  const ready = await prepared(given)
  const { folder, port, progress } = ready
  const file = await program('prometheus', 'prometheus', progress)
  const config = join(folder, 'prometheus.json')
  // JSON is YAML too.
  const settings = {
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    rule_files: given.rules ? [given.rules] : [],
    scrape_configs: [
      {
        job_name: 'jangteo',
        static_configs: given.watched.map(({ host, addresses }) => ({ targets: addresses, labels: { host } })),
      },
    ],
  }
  writeFileSync(config, JSON.stringify(settings, undefined, 2))
  return startEngine(ready, {
    name: 'Prometheus',
    url: `http://127.0.0.1:${port}`,
    file,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    answers: () => answersHttp(`http://127.0.0.1:${port}/-/ready`),
  })
}
