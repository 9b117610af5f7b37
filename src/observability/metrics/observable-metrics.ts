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

/** A counter of what others count: it says what they have come to when it is asked. */
export const observableCounter = ({ read, labelNames, ...given }: Given): Counter =>
  new Counter({
    ...given,
    labelNames: [...labelNames],
    collect() {
      this.reset()
      for (const [labels, value] of read()) this.inc(labels, value)
    },
  })

/** A gauge of what others know: each is asked by itself, for one that another sets is a look late. */
export const observableGauge = ({ read, labelNames, ...given }: Given): Gauge =>
  new Gauge({
    ...given,
    labelNames: [...labelNames],
    collect() {
      this.reset()
      for (const [labels, value] of read()) this.set(labels, value)
    },
  })
