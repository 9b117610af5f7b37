/** A batch of a service; `writes` when it ends in a commit. */
export interface Batch {
  readonly name: string
  readonly writes: boolean
}

/** Batches of a purchase by service, as the services' code has them. */
const BATCHES: Readonly<Record<string, readonly Batch[]>> = {
  order: [
    { name: 'answered', writes: false },
    { name: 'store', writes: true },
    { name: 'begin', writes: true },
    { name: 'complete', writes: true },
    { name: 'find', writes: false },
    { name: 'follow', writes: true },
  ],
  product: [
    { name: 'reserve', writes: true },
    { name: 'secure', writes: true },
    { name: 'follow', writes: true },
  ],
  payment: [
    { name: 'start', writes: true },
    { name: 'capture', writes: true },
  ],
  simulators: [
    { name: 'approve', writes: true },
    { name: 'confirm', writes: true },
  ],
}
/** Others do something once the order is paid. */
const OTHERS: readonly Batch[] = [{ name: 'follow', writes: true }]

/** Services whose batches are told one by one. */
export const BUYING = Object.keys(BATCHES)

export const batchesOf = (service: string): readonly Batch[] => BATCHES[service] ?? OTHERS
