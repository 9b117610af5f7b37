import { guardsOf, type Mutant } from '#test/mutants/mutant.ts'

const won = guardsOf('src/kernel/money.ts', 'src/kernel/money.test.ts')
const verdicts = guardsOf('src/services/payment/payment.ts', 'src/services/payment/capture/verdict.test.ts')
const toss = guardsOf('src/services/payment/toss/client.ts', 'src/services/payment/toss/client.test.ts')
const answers = guardsOf(
  'src/services/payment/toss/answers.ts',
  'src/services/payment/toss/answers.test.ts',
  'src/services/payment/toss/client.test.ts',
)
const late = guardsOf('src/services/payment/capture/capture-attempt.ts', 'src/services/payment/deposit/deposit.test.ts')
const ended = guardsOf('src/services/payment/webhook/webhook.ts', 'src/services/payment/webhook/webhook.test.ts')
const attempts = guardsOf('src/services/payment/store.ts', 'src/services/payment/payment.test.ts')
const again = guardsOf('src/services/payment/store.ts', 'src/services/payment/capture/repeated-capture.test.ts')
const schema = guardsOf('src/services/payment/migrations/0001_payments.sql', 'src/services/payment/constraints.test.ts')
const claims = ['test/claims/claims.test.ts']

/** Money is whole won, and what an attempt to pay ends with is what the provider says of it: once. */
export const money: readonly Mutant[] = [
  won(
    'money is never a fraction nor beyond the safe integers',
    'if (!Number.isSafeInteger(amount)) throw',
    'if (Number.isNaN(amount)) throw',
  ),
  won('a sum of money is whole and safe', 'return won(total)', 'return total as Won'),
  won('an amount in a contract is whole', 'wonSchema = z.number().int().min(0)', 'wonSchema = z.number().min(0)'),
  won('an amount in a contract is not negative', '.int().min(0).max(MAX_WON)', '.int().max(MAX_WON)'),
  won('an amount in a contract has an end', '.min(0).max(MAX_WON)', '.min(0)'),
  won(
    'a sum for showing stays within the safe integers',
    'return Math.min(total, Number.MAX_SAFE_INTEGER)',
    'return total',
  ),

  verdicts('a payment of another order captures nothing', 'payment.orderId !== attempt.orderId || ', ''),
  verdicts('another payment captures nothing', ' || payment.paymentKey !== attempt.paymentKey', ''),
  verdicts(
    'another amount captures nothing',
    'if (payment.totalAmount !== attempt.amount)',
    'if (payment.totalAmount < 0)',
  ),
  verdicts(
    'a payment canceled before it was approved captures nothing',
    'if (payment.approvedAt == null) return',
    'if (payment.approvedAt === 0) return',
  ),
  verdicts(
    'an account that waits for its deposit captures nothing',
    "if (status === 'WAITING_FOR_DEPOSIT') return { kind: 'await deposit', payment }",
    "if (status === 'WAITING_FOR_DEPOSIT') return { kind: 'capture', payment }",
  ),
  verdicts(
    'a status nobody knows is waited out',
    "if (status === 'READY' || status === 'IN_PROGRESS') return { kind: 'confirm' }\n  return { kind: 'wait' }",
    "return { kind: 'confirm' }",
  ),
  verdicts(
    'a confirm answered with a payment not captured is waited out',
    "return verdict.kind === 'confirm' ? { kind: 'wait' } : verdict",
    'return verdict',
  ),
  verdicts('a confirm without an answer is looked after', "case 'unknown':\n    case 'already'", "case 'already'"),
  verdicts(
    'a confirm of what was captured before is looked after',
    "    case 'already':\n    case 'retry'",
    "    case 'retry'",
  ),
  verdicts(
    'a confirm that failed at the provider is looked after',
    "    case 'retry':\n      return { kind: 'look' }",
    "      return { kind: 'look' }",
  ),
  verdicts(
    'only a payment the provider knows nothing of fails at a look',
    "return answer.meaning === 'session lost'",
    "return answer.meaning !== 'unknown'",
  ),

  answers(
    'an amount of the provider is whole won within what an order can cost',
    'const amount = z.number().int().min(0).max(MAX_WON)',
    'const amount = z.number()',
  ),
  answers(
    'a code nobody knows is tried again when it may pass',
    "(status >= 500 || status === 429 ? 'retry' : 'refused')",
    "'refused'",
  ),
  toss(
    'text of the provider that cannot be stored is replaced',
    "typeof value === 'string' ? storable(value) : value",
    'value',
  ),

  guardsOf('src/services/payment/capture/capture-attempt.ts', 'src/services/payment/capture/repeated-capture.test.ts')(
    'what another buyer left under a key is no payment of the order',
    'attempt.memberId !== memberId || attempt.amount !== amount',
    'attempt.amount !== amount',
  ),
  guardsOf('src/services/payment/capture/capture-attempt.ts', 'src/services/payment/capture/repeated-capture.test.ts')(
    'an attempt of another amount is no payment of the order',
    'attempt.memberId !== memberId || attempt.amount !== amount',
    'attempt.memberId !== memberId',
  ),
  guardsOf('src/services/payment/capture/capture-attempt.ts', 'src/services/payment/capture/repeated-capture.test.ts')(
    'an attempt that failed is not tried again',
    "if (attempt.state === 'FAILED') throw failureOf(attempt.failureCode!)",
    '',
  ),
  late(
    'an answer of Toss repeated under its key is looked after: a deposit may have come since',
    "if (verdict.kind === 'await deposit' && !isNew) verdict = { kind: 'look' }",
    '',
  ),
  late(
    'a failed attempt that turns out captured is reopened',
    "if (verdict.kind === 'capture' && attempt.memberId) await conclude(",
    'if (attempt.memberId === orderId) await conclude(',
  ),
  ended('word of a failed attempt is followed', "if (state === 'FAILED') return payments.reopen(attempt)", ''),
  guardsOf('src/services/payment/webhook/webhook.ts', 'src/services/payment/deposit/deposit.test.ts')(
    'the secret of a deposit callback is compared',
    'attempts.find((each) => each.depositSecret === secret)',
    'attempts.find((each) => each.depositSecret !== null)',
  ),
  guardsOf('src/services/payment/webhook/webhook.ts', 'src/services/payment/deposit/deposit.test.ts')(
    'a callback without the secret that is known is not followed',
    'each.depositSecret === null && isOpen(each)',
    'isOpen(each)',
  ),
  guardsOf('src/services/payment/service.ts', 'src/services/payment/payment.test.ts')(
    'nobody sees payments that are not theirs',
    'found.filter((each) => each.memberId === memberOf(actor))',
    'found',
  ),

  again(
    'what ended stays as it ended when it is asked for again',
    "state = CASE WHEN known.state = 'REFUSED' THEN 'CONFIRMING' ELSE known.state END",
    "state = 'CONFIRMING'",
  ),
  again(
    'an attempt keeps its owner',
    "member_id = CASE WHEN known.state = 'REFUSED' THEN excluded.member_id ELSE known.member_id END",
    'member_id = excluded.member_id',
  ),
  again(
    'an attempt keeps the amount it began with',
    "amount = CASE WHEN known.state = 'REFUSED' THEN excluded.amount ELSE known.amount END",
    'amount = excluded.amount',
  ),
  guardsOf('src/services/payment/store.ts', 'src/services/payment/capture/once.test.ts')(
    'a payment is captured once',
    " AND state <> 'CAPTURED'\n      ORDER BY id",
    '\n      ORDER BY id',
  ),
  guardsOf('src/services/payment/store.ts', 'src/services/payment/capture/once.test.ts')(
    'what was captured does not fail by late word',
    "account = NULL\n    WHERE id = ${id} AND state IN ('CONFIRMING', 'AWAITING_DEPOSIT')",
    'account = NULL\n    WHERE id = ${id}',
  ),
  attempts('an entry of the ledger sums to zero', "('customer_payments', -1)", "('customer_payments', 1)"),
  guardsOf('src/services/payment/store.ts', ...claims)(
    'an attempt is reconciled by one process at a time',
    'ORDER BY next_check_at LIMIT ${limit}\n      FOR UPDATE SKIP LOCKED',
    'ORDER BY next_check_at LIMIT ${limit}',
  ),

  schema(
    'the database refuses a second capture of an order',
    'CREATE UNIQUE INDEX payment_captured',
    'CREATE INDEX payment_captured',
  ),
  schema('the database refuses one payment of an order twice', 'UNIQUE (payment_key, order_id),', ''),
  schema(
    'the database refuses an amount below nothing',
    'amount bigint NOT NULL CHECK (amount >= 0)',
    'amount bigint NOT NULL',
  ),
  schema(
    'the database refuses more given back than was asked for',
    'CHECK (refunded BETWEEN 0 AND refund_requested),',
    '',
  ),
  schema(
    'the database refuses more asked for than was captured',
    "CHECK (refund_requested <= CASE WHEN state = 'CAPTURED' THEN amount ELSE 0 END)",
    'CHECK (true)',
  ),
  schema(
    'the database refuses a refund of nothing',
    'amount bigint NOT NULL CHECK (amount > 0)',
    'amount bigint NOT NULL',
  ),
  schema('the database refuses an entry of nothing', 'CHECK (amount <> 0)', ''),
  schema(
    'the database refuses an entry twice',
    'at timestamptz NOT NULL,\n  PRIMARY KEY (entry_id, account)',
    'at timestamptz NOT NULL',
  ),
]
