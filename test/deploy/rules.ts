import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { registerRemoteMetrics } from '#src/observability/metrics/remote-metrics.ts'

/** Every file that deploys the shop, by its path from the checkout's folder. */
export const allFiles = (): readonly string[] =>
  ['deploy', '.github'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )

/**
 * The placement in a file of values for the chart, as the chart completes it: the value `hosts`, which is written as
 * JSON, each with the address the chart gives it. Nothing where the file has no `hosts`.
 */
export const chartPlacement = (values: string): string | undefined => {
  const hosts = /^hosts:\n((?: .*\n)+)/m.exec(values)?.[1]
  if (hosts === undefined) return undefined
  const list = JSON.parse(hosts) as { name: string }[]
  return JSON.stringify({ hosts: list.map((each) => ({ ...each, address: `jangteo-${each.name}` })) })
}

/** Words in capitals that are given a value or listed as keys, and so look like settings of the shop. */
export const namedSettings = (text: string): readonly string[] => [
  ...new Set(
    [
      ...text.matchAll(
        /\b(?:JANGTEO|TOSS|SMTP|MAIL|ORDER|DATABASE|PUBLIC|REDIS|KAFKA|OPENSEARCH|ZIPKIN|OTLP|METRICS)_[A-Z][A-Z_]*\b/g,
      ),
    ]
      .map((each) => each[0])
      .filter((name) => !OTHERS.has(name) && !OF_THE_BROKER.test(name)),
  ),
]

/** What `deploy/` names that is read by others than the shop. */
const OTHERS = new Set(['JANGTEO_IMAGE_TAG', 'DATABASE_URL_', 'OPENSEARCH_JAVA_OPTS'])
/** What Kafka's own image is set by. */
const OF_THE_BROKER =
  /^KAFKA_(NODE|PROCESS|LISTENER|ADVERTISED|CONTROLLER|OFFSETS|TRANSACTION|SHARE|GROUP|LOG)_?[A-Z_]*$/

/** Names of every series that a text of Prometheus tells of, whether or not there is a value yet. */
const seriesIn = (text: string): readonly string[] =>
  [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name! + end) : [name!],
  )

/** Names of every series that hosts tell: those of the process at `origin`, and those of one that calls others. */
export const knownMetrics = async (origin: string): Promise<ReadonlySet<string>> => {
  const calling = new Registry()
  registerRemoteMetrics(calling, () => new Map())
  const texts = [await (await fetch(`${origin}/metrics`)).text(), await calling.metrics()]
  return new Set(['up', ...texts.flatMap(seriesIn)])
}

/** Metrics that expressions of Prometheus name: ours, and those every process of Node.js tells. */
export const namedMetrics = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/\b(?:jangteo|nodejs|process)_[a-z0-9_]+\b/g)].map((each) => each[0])),
]

const USES = /^\s*-?\s*(?:image|uses): ([^\s$#{]+)\s*$|^FROM (\S+)/gm
const EXACT = /(?:[:@]v?\d+\.\d+(?:\.\d+)?[\w.-]*|@sha256:[a-f0-9]{64}|:\$\{\w+\}[\w.-]*)$/

/** Images and actions without a version of their own. */
export const unpinned = (text: string): readonly string[] =>
  [...text.matchAll(USES)]
    .map((each) => (each[1] ?? each[2])!)
    .filter((what) => !what.startsWith('./') && !EXACT.test(what))
