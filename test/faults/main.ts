import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CannotStart } from '#kernel/cannot-start.ts'
import { written } from '#src/audit/report.ts'
import { scriptOptions } from '#src/commands/line/common-options.ts'
import { balancer } from './balancer.ts'
import { startBuyers, signAllIn, type Market } from './buyers.ts'
import type { Fault } from './fault.ts'
import { startGround, type Ground } from './ground.ts'
import { openMarket } from './market.ts'
import { faults } from './rows.ts'
import { tally, type Told } from './tally.ts'

// npm run test:faults [-- --only TEXT,TEXT --rate N --times N --json FILE]: customers buy steadily from a shop of many processes on
// real engines, while one thing after another goes wrong. A row for each: what customers saw, and what the audit says.

const USAGE = `npm run test:faults [-- --only TEXT,TEXT --rate N --times N --json FILE]: customers buy while one thing after
another fails
  --only TEXT,…        only faults whose names have one of these
  --rate N             purchases begun in a second (12)
  --times N            how often each is done (1)
  --json FILE          the rows as JSON`
const { values } = scriptOptions(USAGE, {
  only: { type: 'string', default: '' },
  rate: { type: 'string', default: '12' },
  times: { type: 'string', default: '1' },
  json: { type: 'string' },
})
const RATE = Number(values.rate)
/** Milliseconds before a fault, and those without a complaint after which the shop counts as normal. */
const CALM = 3_000
const LONGEST = 60_000
const AUDITS = 20

const wanted = values.only.split(',')
const chosen = faults.filter(({ name }) => wanted.some((each) => name.includes(each)))
if (chosen.length === 0 || !(RATE > 0)) {
  console.error(`There is no fault "${values.only}". There are:\n${faults.map((each) => `  ${each.name}`).join('\n')}`)
  process.exit(2)
}
const say = (line: string): void => void process.stderr.write(`${line}\n`)

interface Row extends Told {
  readonly name: string
  readonly allows: Fault['allows']
  /** Requests customers waited for when it struck. */
  readonly inFlight: number
  readonly violations: number
  readonly passed: boolean
}

/** Waits until nobody has had anything to complain of for a while; answers whether that came. */
const calm = async (quietFor: () => number): Promise<boolean> => {
  const until = performance.now() + LONGEST
  while (quietFor() < CALM) {
    if (performance.now() > until) return false
    await sleep(100)
  }
  return true
}

/** The audit's word once what is under way has had its time. */
const audited = async (ground: Ground, paid: readonly string[]): Promise<number> => {
  for (let n = 1; ; n++) {
    const report = await ground.audit(paid)
    if (report.violations + report.inFlight === 0) return 0
    if (n === AUDITS) {
      say(written(report))
      return report.violations + report.inFlight
    }
    await sleep(1_000)
  }
}

const row = async (ground: Ground, market: Market, fault: Fault): Promise<Row> => {
  await fault.prepare?.(ground)
  await market.edge.allReady()
  await signAllIn(market)
  const seen = tally()
  seen.begin()
  const buyers = startBuyers(market, RATE, seen)
  let inFlight = 0
  let well = false
  try {
    if (!(await calm(seen.quietFor))) throw new Error('The shop is not well before anything was done to it')
    seen.begin()
    await sleep(CALM)
    inFlight = seen.waiting.size
    seen.struck()
    const heal = await fault.strike(ground)
    await sleep((fault.seconds ?? 2) * 1_000)
    await heal()
    well = await calm(seen.quietFor)
  } finally {
    await buyers.stop()
  }
  const told = seen.told()
  const violations = await audited(ground, buyers.paid)
  const most = { none: 0, 'in flight': inFlight, 'while it lasts': Number.POSITIVE_INFINITY }[fault.allows]
  const passed = well && violations === 0 && told.errorCount <= most && told.purchases > 0
  return { name: fault.name, allows: fault.allows, ...told, inFlight, violations, passed }
}

/** A row that could not be finished: what it did not come to is told as an error, and others go on. */
const ended = ({ name, allows }: Fault, { message }: Error): Row => {
  const none = { requests: 0, purchases: 0, errorCount: 1, longestGap: 0, toNormal: 0, inFlight: 0, violations: 0 }
  return { name, allows, ...none, errors: [[message, 1]], passed: false }
}

const rows: Row[] = []
const ground = await startGround(say).catch((error: unknown) => {
  if (!(error instanceof CannotStart)) throw error
  console.error(error.message)
  process.exit(1)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    say('Stopping …')
    void ground.stop().finally(() => process.exit(130))
  })
const edge = balancer(ground.edges)
const toss = balancer([ground.outside])
try {
  await edge.allReady()
  say('Customers and goods …')
  const market = await openMarket(edge, toss)
  for (const fault of Array.from({ length: Number(values.times) }, () => chosen).flat()) {
    say(`${fault.name} …`)
    const began = performance.now()
    const made = await row(ground, market, fault).catch((error: unknown) => ended(fault, error as Error))
    rows.push(made)
    const errors = made.errors.map(([what, count]) => `${count} × ${what}`).join(', ')
    const took = `${((performance.now() - began) / 1_000).toFixed(0)} s`
    const mark = made.passed ? '✔' : '✖'
    say(`  ${mark} ${made.errorCount} errors ${errors && `(${errors})`}, audit ${made.violations}, ${took}`)
    if (!made.passed) await ground.mend()
  }
} finally {
  await Promise.all([edge.close(), toss.close()])
  await ground.stop()
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
console.table(
  Object.fromEntries(
    rows.map((each, n) => [
      `${n + 1} ${each.name}`,
      {
        requests: each.requests,
        'errors seen': each.errorCount,
        allowed: each.allows === 'in flight' ? `${each.inFlight} in flight` : each.allows,
        'longest gap': seconds(each.longestGap),
        'to normal': seconds(each.toNormal),
        audit: each.violations === 0 ? 'clean' : `${each.violations} VIOLATIONS`,
        '': each.passed ? '✔' : '✖',
      },
    ]),
  ),
)
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`)
process.exit(rows.every((each) => each.passed) ? 0 : 1)
