import { Counter, Gauge, type Registry } from 'prom-client'

/** A series' labels and value. */
export type Series = readonly [labels: Readonly<Record<string, string>>, value: number]

interface Given {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  readonly registers: Registry[]
  readonly read: () => Iterable<Series>
}

/** Counter whose value is read from a callback at scrape time. */
export const observableCounter = ({ read, labelNames, ...given }: Given): Counter =>
  new Counter({
    ...given,
    labelNames: [...labelNames],
    collect() {
      this.reset()
      for (const [labels, value] of read()) this.inc(labels, value)
    },
  })

/** Gauge whose value is read from a callback at scrape time: one that is set elsewhere is a scrape late. */
export const observableGauge = ({ read, labelNames, ...given }: Given): Gauge =>
  new Gauge({
    ...given,
    labelNames: [...labelNames],
    collect() {
      this.reset()
      for (const [labels, value] of read()) this.set(labels, value)
    },
  })
