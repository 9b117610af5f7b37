/** Milliseconds in which one Ctrl-C may reach us twice: from the terminal, and again from npm. */
const ONE_PRESS = 500

/** Resolves at the first signal to stop; a second one, of an impatient person, ends the process at once. */
export const untilSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let first: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (first === undefined) {
          first = performance.now()
          setImmediate(() => resolve(signal))
        } else if (performance.now() - first > ONE_PRESS) process.exit(130)
      })
    }
    // Started by a cluster, a host ends with it.
    process.once('disconnect', () => resolve('SIGHUP'))
    process.channel?.unref()
  })
