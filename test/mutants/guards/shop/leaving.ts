import type { Mutant } from '#test/mutants/mutant.ts'

const tests = ['src/services/order/leaving/leaving.test.ts']

/** A member leaves only when nothing of theirs is open, and nothing is opened meanwhile. */
export const leaving: readonly Mutant[] = [
  {
    guard: 'no order of a member who leaves is stored',
    file: 'src/services/order/placing/place.ts',
    text: 'placed.filter((each) => leaving.has(each.memberId))',
    without: 'placed.filter(() => false)',
    tests,
  },
  {
    guard: 'who leaves waits for orders being stored',
    file: 'src/services/order/leaving/leaving-store.ts',
    text: 'SELECT pg_advisory_xact_lock(hashtextextended(${memberId}, ${LEAVING}))',
    without: 'SELECT hashtextextended(${memberId}, ${LEAVING})',
    tests,
  },
  {
    guard: 'orders are taken again where something is open',
    file: 'src/services/order/leaving/close-for-leaving.ts',
    text: 'if (open.length > 0) await reopen(db, memberId, until)',
    without: '',
    tests,
  },
  {
    guard: 'money that payments know of keeps the member',
    file: 'src/services/order/leaving/close-for-leaving.ts',
    text: '...(await unsettled(standings.filter((each) => !isOpen(each))))',
    without: '',
    tests,
  },
  {
    guard: 'a refused refund of an order that goes on keeps nobody',
    file: 'src/services/order/leaving/close-for-leaving.ts',
    text: "if (state === 'REFUSED' && !standing.ended) continue",
    without: '',
    tests,
  },
  {
    guard: 'a paid order that may be on its way keeps the member',
    file: 'src/services/order/leaving/leaving-store.ts',
    text: "WHEN status = 'PAID' AND paid_at > ${new Date(delivered)} THEN 'UNDELIVERED'",
    without: "WHEN ${new Date(delivered)}::timestamptz IS NULL THEN 'UNDELIVERED'",
    tests,
  },
  {
    guard: 'the last token of a member who left buys nothing',
    file: 'src/services/order/service.ts',
    text: 'if (until > runtime.now()) await close(tx, payload.memberId, until)',
    without: '',
    tests,
  },
]
