import { join } from 'node:path'
import { keepAlive } from '#kernel/time/keep-alive.ts'
import { CannotStart } from '#kernel/cannot-start.ts'
import { isEngine, SETTING, starters, type EngineName } from '#tools/engines/index.ts'
import { startSet, type Starter } from '#tools/engines/set.ts'
import { startToxiproxy } from '#tools/engines/toxiproxy.ts'
import { readSettings } from '#src/settings.ts'
import type { Command } from './index.ts'
import { optionsOf } from './line/options.ts'
import { untilSignal } from './line/signaled.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.engines

const known: Readonly<Record<string, Starter>> = { ...starters, toxiproxy: { port: 8474, start: startToxiproxy } }

/** `npm run engines`: the engines of a cluster without the shop, until Ctrl-C or SIGTERM. */
export const engines: Command = async ({ args, runtime, env, say = print }) => {
  const { positionals } = optionsOf(args, USAGE, {})
  const names = positionals.length > 0 ? positionals : Object.keys(starters)
  const unknown = names.find((each) => !Object.hasOwn(known, each))
  if (unknown) throw new CannotStart(`"${unknown}" is no engine: give some of ${Object.keys(known).join(', ')}.`)
  const settings = readSettings(env)
  const stopping = untilSignal()
  const set = await startSet(Object.fromEntries(names.map((name) => [name, known[name]!])), {
    folder: join(settings.JANGTEO_DATA, 'engines'),
    cache: settings.JANGTEO_ENGINES,
    runtime,
    usualPorts: true,
    progress: (line) => say(`  ${line}`),
  })
  for (const [name, { url }] of Object.entries(set.engines))
    if (isEngine(name)) say(`${SETTING[name as EngineName]}=${url}`)
  say('Ctrl-C stops them.')
  // Engines keep nobody awake.
  await keepAlive(() => stopping)
  say('Closing …')
  await set.stop()
  say('Closed.')
  return 0
}
