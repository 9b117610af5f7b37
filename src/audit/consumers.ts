import { pino } from 'pino'
import { sourceOf } from '#kernel/contract.ts'
import { noPlatform } from '#kernel/platform.ts'
import type { Runtime } from '#kernel/runtime.ts'
import type { ServiceDefinition, Settings } from '#kernel/service.ts'
import { openCaches } from '#engines/cache/caches.ts'

/** A consumer and the events it wants of one source. */
export interface Subscription {
  readonly service: string
  readonly consumer: string
  readonly source: string
  readonly events: readonly string[]
}

const nothing = (): never => {
  throw new Error('A service that is only looked at does nothing')
}

/** In place of anything a service is given: it may be passed around, but not used. */
const inert: unknown = new Proxy(nothing, { get: () => inert })

/** What services need to be wired; with none of it anything is done. */
const wiring: Settings = {
  JANGTEO_SECRET: 'only for looking at how the shop is wired',
  SMTP_URL: 'smtp://localhost',
  TOSS_BASE_URL: 'http://localhost',
  TOSS_SECRET_KEY: 'unused',
}

const silent = pino({ level: 'silent' })

/** Who wants which events, read off the services' own wiring. Nothing is started. */
export const subscriptionsOf = async (
  services: readonly ServiceDefinition<any>[],
  runtime: Runtime,
  settings: Settings = {},
): Promise<Subscription[]> => {
  const given = Object.entries(settings).filter(([, value]) => value !== '')
  const found: Subscription[] = []
  for (const definition of services) {
    const built = definition.build({
      db: { query: nothing, tx: nothing },
      history: inert as never,
      platform: noPlatform,
      cache: openCaches({ runtime, log: silent }).of(definition.contract.name),
      runtime,
      log: silent,
      settings: { ...wiring, ...Object.fromEntries(given) },
      call: inert,
    })
    for (const { name: consumer, reactions } of built.consumers ?? []) {
      const names = reactions.map((each) => each.event.name)
      for (const [source, events] of Map.groupBy(names, sourceOf))
        found.push({ service: definition.contract.name, consumer, source, events })
    }
    await built.stop?.()
  }
  return found
}
