import { MessageChannel } from 'node:worker_threads'

/** Keeps the process alive while `work` is under way: a runtime's sleep alone would let it end. */
export const keepAlive = async <T>(work: () => Promise<T>): Promise<T> => {
  const { port1 } = new MessageChannel()
  port1.ref()
  try {
    return await work()
  } finally {
    port1.close()
  }
}
