import { request } from 'undici'

/** A place on the way to a server where what the network can do to us is done on purpose. */
export interface Proxy {
  /** Port callers use in the server's stead. */
  readonly port: number
  /** Every packet takes this many milliseconds longer each way, give or take a third. */
  slow(ms: number): Promise<void>
  /** Connections break and none can be made. */
  cut(): Promise<void>
  /** Connections stay, and nothing comes through: neither side is told. */
  hang(): Promise<void>
  heal(): Promise<void>
}

/** Speaks to a toxiproxy: makes proxies, and harms them. */
export const toxins = (api: string) => {
  const ask = async (method: 'POST' | 'DELETE' | 'GET', path: string, body?: object): Promise<any> => {
    const answer = await request(`${api}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`toxiproxy ${method} ${path}: ${answer.statusCode} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
  return async (name: string, port: number, to: number): Promise<Proxy> => {
    const path = `/proxies/${name}`
    await ask('POST', '/proxies', { name, listen: `127.0.0.1:${port}`, upstream: `127.0.0.1:${to}`, enabled: true })
    const both = async (type: string, attributes: object): Promise<void> => {
      for (const stream of ['upstream', 'downstream'])
        await ask('POST', `${path}/toxics`, { name: `${type} ${stream}`.replace(' ', '_'), type, stream, attributes })
    }
    return {
      port,
      slow: (ms) => both('latency', { latency: ms, jitter: Math.round(ms / 3) }),
      cut: () => ask('POST', path, { enabled: false }),
      hang: () => both('timeout', { timeout: 0 }),
      heal: async () => {
        const { toxics } = await ask('GET', path)
        for (const each of toxics) await ask('DELETE', `${path}/toxics/${each.name}`)
        await ask('POST', path, { enabled: true })
      },
    }
  }
}
