/** Resolves at the first signal to stop; a second one ends the process at once. */
export const signaled = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let first = true
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // Ctrl-C reaches us from the terminal and again from npm: only one that comes later is an impatient person.
        if (first) setImmediate(() => resolve(signal))
        first = false
      })
    }
    // Started by a cluster, a host ends with it.
    process.once('disconnect', () => resolve('SIGHUP'))
    process.channel?.unref()
  })
