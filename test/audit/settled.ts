import assert from 'node:assert/strict'
import type { AuditReport } from '#src/audit/audit.ts'
import { written } from '#src/audit/report.ts'
import { eventually } from '../support/eventually.ts'

/** Waits until an audit finds nothing wrong; fails with its report when that does not come. */
export const settled = async (look: () => Promise<AuditReport>, seconds = 60): Promise<AuditReport> => {
  let report: AuditReport | undefined
  await eventually(
    async () => {
      report = await look()
      return report.violations + report.inFlight === 0
    },
    'the shop settles',
    seconds,
  ).catch((error: unknown) => assert.fail(`${String(error)}\n${report ? written(report) : ''}`))
  return report!
}
