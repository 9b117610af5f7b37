import type { Contract } from '#kernel/contract.ts'
import { documents } from '#gateway/docs/documents.ts'
import { eventsOf } from '#src/host/process/host.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.openapi

/** `npm run -s openapi`: prints the document of the public API, which a running shop serves at /api/openapi.json. */
export const openapi: Command = async ({ args, say = print }) => {
  const { values, positionals } = optionsOf(args, USAGE, { events: { type: 'boolean' } })
  refuseArguments(positionals, USAGE)
  const made = documents(
    shop.map((each) => each.contract as Contract),
    eventsOf(shop),
  )
  say(JSON.stringify(JSON.parse(String(values.events ? made.asyncApiBytes() : made.openApiBytes())), undefined, 2))
  return 0
}
