import type { HostProcess } from '#src/host/local-cluster/host-process.ts'
import type { Fault } from './fault.ts'
import { aSecret, type Engine, type Ground } from './ground.ts'

/** The hosts of the ground that serve customers; each has a second replica. */
const HOSTS = ['front', 'product', 'order', 'payment', 'edge'] as const

const gone = async (host: HostProcess, signal: 'SIGKILL'): Promise<void> => {
  host.kill(signal)
  await host.ended
}

const killed = (name: (typeof HOSTS)[number]): Fault => ({
  name: `SIGKILL of one ${name} host`,
  allows: 'in flight',
  strike: async (ground) => {
    await gone(ground.host(name, 1), 'SIGKILL')
    return () => ground.start(name, 1)
  },
})

const stopped = (name: (typeof HOSTS)[number]): Fault => ({
  name: `SIGSTOP of one ${name} host`,
  allows: 'while it lasts',
  strike: async (ground) => {
    const host = ground.host(name, 1)
    host.kill('SIGSTOP')
    return async () => host.kill('SIGCONT')
  },
  seconds: 8,
})

const away = (name: Exclude<Engine, 'postgres'>, allows: Fault['allows']): Fault => ({
  name: `${name} killed, back after 6 s`,
  allows,
  strike: async (ground) => {
    await ground.engines[name].kill()
    return () => ground.engines[name].start()
  },
  seconds: 6,
})

const network = (where: string, find: (ground: Ground) => Ground['proxies'][string]): Fault[] => [
  {
    name: `300 ms more to ${where}`,
    allows: 'while it lasts',
    strike: async (ground) => {
      await find(ground).slow(300)
      return () => find(ground).heal()
    },
    seconds: 6,
  },
  {
    name: `${where} cut off`,
    allows: 'while it lasts',
    strike: async (ground) => {
      await find(ground).cut()
      return () => find(ground).heal()
    },
    seconds: 6,
  },
  {
    name: `half-open connections to ${where}`,
    allows: 'while it lasts',
    strike: async (ground) => {
      await find(ground).hang()
      return () => find(ground).heal()
    },
    seconds: 6,
  },
]

const skewed = (minutes: number): Fault => ({
  name: `clock of one order host ${minutes > 0 ? `${minutes} min ahead` : `${-minutes} min behind`}`,
  allows: 'none',
  prepare: async (ground) => {
    await ground.host('order', 1).stop()
    await ground.start('order', 1, { skewMs: minutes * 60_000 })
  },
  strike: async (ground) => async () => {
    await ground.host('order', 1).stop()
    await ground.start('order', 1)
  },
  seconds: 8,
})

const restartAll = async (ground: Ground): Promise<void> => {
  for (const name of HOSTS)
    for (const replica of [1, 2]) {
      await ground.host(name, replica).stop()
      await ground.start(name, replica)
    }
}

const rollingRestart: Fault = {
  name: 'rolling restart of every host',
  allows: 'none',
  strike: async (ground) => {
    await restartAll(ground)
    return async () => {}
  },
}

const SECRETS = ['JANGTEO_SECRET', 'JANGTEO_INTERNAL_SECRET'] as const

/** As docs/procedures.md has it. */
const secretsChanged: Fault = {
  name: 'both secrets changed, a rolling restart for each step',
  allows: 'none',
  strike: async (ground) => {
    const { settings } = ground
    for (const each of SECRETS) settings[`${each}_ALSO`] = aSecret()
    await restartAll(ground)
    for (const each of SECRETS) {
      const [old, fresh] = [settings[each]!, settings[`${each}_ALSO`]!]
      settings[each] = fresh
      settings[`${each}_ALSO`] = old
    }
    await restartAll(ground)
    await ground.reseal()
    for (const each of SECRETS) delete settings[`${each}_ALSO`]
    await restartAll(ground)
    return async () => {}
  },
}

const scaleOut: Fault = {
  name: 'one order host becomes three, and one again',
  allows: 'none',
  prepare: async (ground) => void (await ground.host('order', 2).stop()),
  strike: async (ground) => {
    await ground.start('order', 2)
    await ground.start('order', 3)
    await ground.pause(3_000)
    await ground.host('order', 3).stop()
    await ground.host('order', 2).stop()
    return () => ground.start('order', 2)
  },
}

const databaseRestarted: Fault = {
  name: 'PostgreSQL killed, back by itself',
  allows: 'while it lasts',
  strike: async (ground) => {
    await ground.engines.postgres.kill()
    return () => ground.engines.postgres.start()
  },
  seconds: 1,
}

/** Everything that is done to the shop, in this order. */
export const faults: readonly Fault[] = [
  ...HOSTS.map(killed),
  ...HOSTS.map(stopped),
  away('redis', 'none'),
  away('kafka', 'none'),
  away('opensearch', 'none'),
  away('zipkin', 'none'),
  databaseRestarted,
  ...network('one front host', (ground) => ground.proxies['front-1']!),
  ...network('one product host', (ground) => ground.proxies['product-1']!),
  ...network('one order host', (ground) => ground.proxies['order-1']!),
  ...network('one payment host', (ground) => ground.proxies['payment-1']!),
  ...network('PostgreSQL', (ground) => ground.proxies['postgres']!),
  ...network('Redis', (ground) => ground.proxies['redis']!),
  ...network('Kafka', (ground) => ground.proxies['kafka']!),
  ...network('OpenSearch', (ground) => ground.proxies['opensearch']!),
  skewed(1),
  skewed(-1),
  rollingRestart,
  secretsChanged,
  scaleOut,
]
