import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CannotStart } from '#kernel/cannot-start.ts'
import { truncate } from '#kernel/text.ts'
import { audit as auditShop, GRACE } from '#src/audit/audit.ts'
import { written } from '#src/audit/report.ts'
import { attachStores } from '#src/host/attach.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { print } from './terminal.ts'

const USAGE = `npm run audit -- [--json] [--grace SECONDS] [--acknowledged FILE]
  --json               the report as JSON
  --grace SECONDS      how long work between services may take before it counts as lost (${GRACE / 1000})
  --acknowledged FILE  ids of orders, one a line, that customers were told of: each must exist`

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const readIds = (path: string): string[] => {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const wrong = lines.find((line) => !UUID.test(line))
  if (wrong !== undefined) throw new CannotStart(`${path} holds "${truncate(wrong, 50)}", which is no id of an order.`)
  return lines
}

const optionsOf = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, grace: { type: 'string' }, acknowledged: { type: 'string' } },
    })
    const grace = values.grace === undefined ? GRACE : Number(values.grace) * 1000
    if (!Number.isInteger(grace) || grace < 0) throw new TypeError('--grace takes a number of seconds')
    return { json: values.json === true, grace, file: values.acknowledged }
  } catch (error) {
    throw new CannotStart(`${(error as Error).message}\n${USAGE}`)
  }
}

/** `npm run audit`: checks what must always hold over the data of a shop, running or stopped. Exits 1 on a violation. */
export const audit: Command = async ({ args, runtime, env, say = print }) => {
  const { json, grace, file } = optionsOf(args)
  const acknowledged = file === undefined ? undefined : readIds(file)
  const settings = readSettings(env)
  const reached = await attachStores(settings, { runtime })
  try {
    const report = await auditShop({
      services: shop,
      adminOf: reached.adminOf,
      runtime,
      settings,
      grace,
      ...(acknowledged && { acknowledged }),
    })
    say(json ? JSON.stringify(report, undefined, 2) : written(report))
    return report.violations > 0 ? 1 : 0
  } finally {
    await reached.stop()
  }
}
