import { readFileSync } from 'node:fs'
import { CannotStart } from '#kernel/cannot-start.ts'
import { wholeNumberOf } from '#kernel/input/decimal.ts'
import { truncate } from '#kernel/text.ts'
import { audit as auditShop, GRACE } from '#src/audit/audit.ts'
import { written } from '#src/audit/report.ts'
import { attachStores } from '#src/host/stores/attach.ts'
import { readSettings } from '#src/settings.ts'
import { shop } from '#src/shop.ts'
import type { Command } from './index.ts'
import { refuseArguments, optionsOf } from './line/options.ts'
import { print } from './line/terminal.ts'
import { usage } from './line/usage.ts'

const USAGE = usage.audit

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CannotStart(`${path} cannot be read: ${(error as Error).message}`)
  }
}

const readIds = (path: string): string[] => {
  const lines = textOf(path)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const wrong = lines.find((line) => !UUID.test(line))
  if (wrong !== undefined) throw new CannotStart(`${path} holds "${truncate(wrong, 50)}", which is no id of an order.`)
  return lines
}

/** What was asked for, the grace in milliseconds. */
const auditOptionsOf = (args: readonly string[]) => {
  const { values, positionals } = optionsOf(args, USAGE, {
    json: { type: 'boolean' },
    grace: { type: 'string' },
    acknowledged: { type: 'string' },
  })
  refuseArguments(positionals, USAGE)
  const seconds = values.grace === undefined ? GRACE / 1_000 : wholeNumberOf(values.grace as string)
  if (seconds === undefined || seconds < 0 || seconds > 1e9)
    throw new CannotStart(`--grace is "${values.grace}": give a whole number of seconds.\n${USAGE}`)
  return { json: values.json === true, grace: seconds * 1_000, file: values.acknowledged as string | undefined }
}

/** `npm run audit`: checks what must always hold over the data of a shop, running or stopped. Exits 1 on a violation. */
export const audit: Command = async ({ args, runtime, env, say = print }) => {
  const { json, grace, file } = auditOptionsOf(args)
  const acknowledged = file === undefined ? undefined : readIds(file)
  const settings = readSettings(env)
  const reached = await attachStores(settings, { runtime })
  try {
    const report = await auditShop({
      services: shop,
      adminOf: reached.adminOf,
      runtime,
      grace,
      ...(acknowledged && { acknowledged }),
    })
    say(json ? JSON.stringify(report, undefined, 2) : written(report))
    return report.violations > 0 ? 1 : 0
  } finally {
    await reached.stop()
  }
}
