import { guardsOf, type Mutant } from '../mutant.ts'

const PG = 'src/engines/postgres'
const EVENTS = `${PG}/events`
const reader = guardsOf(`${EVENTS}/consume.ts`, `${EVENTS}/consume.test.ts`)
const consume = guardsOf(`${EVENTS}/consume-pipeline.ts`, `${EVENTS}/consume.test.ts`)
const bookkeeping = guardsOf(`${EVENTS}/log-store.ts`, `${EVENTS}/consume.test.ts`)
const pruning = guardsOf(`${EVENTS}/log-store.ts`, `${EVENTS}/log.test.ts`, `${EVENTS}/restored-log.test.ts`)
const log = guardsOf(`${EVENTS}/log.ts`, `${EVENTS}/log.test.ts`)
const transaction = guardsOf(`${PG}/transaction.ts`, `${PG}/database.test.ts`)
const outbox = guardsOf(`${EVENTS}/outbox.ts`, `${PG}/database.test.ts`)
const migrate = guardsOf(`${PG}/schema/migrate.ts`, `${PG}/schema/migrate.test.ts`)
const mail = guardsOf('src/services/email/mail-queue/mail-store.ts', 'src/services/email/mail-queue/mail-queue.test.ts')
const confirmation = guardsOf(
  'src/services/notification/confirmation-store.ts',
  'src/services/notification/store.test.ts',
  'src/services/notification/notification.test.ts',
)
const cart = ['src/services/cart/cart.test.ts', 'src/services/cart/race.test.ts']
const config = guardsOf('src/services/config/changing.ts', 'src/services/config/config.test.ts')
const batch = guardsOf('src/kernel/batch.ts', 'src/kernel/batch.test.ts')
const claims = ['test/claims/claims.test.ts']

/** Effects that happen once, however often their cause is delivered. */
export const onceOnly: readonly Mutant[] = [
  consume(
    'an event taken in before has no second effect',
    'const taken = firstOnly(events, fresh)',
    'const taken = events',
  ),
  guardsOf(`${EVENTS}/retry.ts`, `${EVENTS}/consume.test.ts`)(
    'an event set aside that was taken in before is settled without its effect',
    'if (reactions && fresh && fresh.size > 0) await react(',
    'if (reactions?.has(name)) await react(',
  ),
  consume(
    'an event behind one of its key that was set aside waits',
    "for (const each of behind) void tx.query(setAside(name, each, 'WAITING', 0, runtime.now(), null))",
    '',
  ),
  consume(
    'an event behind one of its key that was set aside is not taken in',
    'const free = events.filter((each) => !held.has(each.key))',
    'const free = events',
  ),
  reader(
    'a reader that lags behind neither moves the cursor back nor sets anything aside',
    "return samePlace(locked, stored!) ? undefined : 'moved'",
    'return undefined',
  ),
  consume(
    'a run is consumed only by who holds the cursor',
    'if (refused) return refused\n    const held',
    'const held',
  ),
  consume('an event is parked only by who holds the cursor', 'if (refused) return refused\n      void', 'void'),
  consume(
    'an error that passes sets nothing aside',
    'if (isTransientError(error) || events.length === 0) throw error',
    'if (events.length === 0) throw error',
  ),
  consume(
    'only the event at fault is set aside',
    'if (events.length === 1) return committed(park(',
    'if (events.length > 0) return committed(park(',
  ),
  bookkeeping(
    'the cursor moves from where it is',
    'AND xid = ${from.xid}::text::xid8 AND id = ${from.id}\n',
    'AND ${from.xid}::text IS NOT NULL AND ${from.id}::bigint IS NOT NULL\n',
  ),
  bookkeeping(
    'with something set aside keys are looked at',
    '\n        AND NOT EXISTS (\n          SELECT FROM dead_letter WHERE dead_letter.consumer = cursor.consumer AND dead_letter.source = cursor.source)',
    '',
  ),
  bookkeeping(
    'one process takes in at a time and the others do not wait',
    'FOR UPDATE OF cursor SKIP LOCKED',
    'FOR UPDATE OF cursor',
  ),
  bookkeeping(
    'an event of a key that is just being settled is not forgotten',
    'ORDER BY xid, id\n    FOR SHARE',
    'ORDER BY xid, id',
  ),
  bookkeeping(
    'an event that had its effect is not set aside',
    '\n  WHERE NOT EXISTS (\n    SELECT FROM inbox WHERE consumer = ${consumer} AND source = ${event.source} AND id = ${event.position.id})',
    '',
  ),
  bookkeeping(
    'events of a key are tried in order',
    '\n      AND NOT EXISTS (\n        SELECT FROM dead_letter AS earlier\n        WHERE earlier.consumer = due.consumer AND earlier.source = due.source AND earlier.key = due.key\n          AND (earlier.xid, earlier.id) < (due.xid, due.id))',
    '',
  ),
  bookkeeping('only dead events are put back by hand', "AND id = ${id} AND state = 'DEAD'\n", 'AND id = ${id}\n'),
  guardsOf(`${PG}/platform/0001_log.sql`, `${EVENTS}/consume.test.ts`)(
    'the database refuses an event taken in twice',
    'at timestamptz NOT NULL,\n  PRIMARY KEY (consumer, source, id)\n);\nCREATE INDEX inbox_at',
    'at timestamptz NOT NULL\n);\nCREATE INDEX inbox_at',
  ),
  pruning(
    'events that are to be published are kept',
    '(outbox.xid, outbox.id) <= (SELECT done.xid, done.id FROM published AS done WHERE topic = ${topic})',
    'true',
  ),
  pruning(
    'events that read models are made from are kept',
    ' AND name <> ALL (${retained})',
    ' AND ${retained}::text[] IS NOT NULL',
  ),
  pruning('the last event is kept', ' AND xid < (SELECT max(last.xid) FROM outbox AS last)', ''),
  pruning(
    'what was taken in lately is remembered',
    'FROM inbox WHERE at < ${new Date(before)} LIMIT',
    'FROM inbox WHERE at IS DISTINCT FROM ${new Date(before)} LIMIT',
  ),
  log(
    'a reader stays below transactions under way',
    ' AND xid < ${schemaOf(source)}.log_horizon()\n    ORDER BY log.xid, log.id',
    '\n    ORDER BY log.xid, log.id',
  ),
  log('places are ordered as numbers', 'ORDER BY log.xid, log.id\n', 'ORDER BY xid, id\n'),
  guardsOf(`${EVENTS}/restored-log.ts`, `${EVENTS}/restored-log.test.ts`)(
    'a log that was taken back goes on above itself',
    'if (BigInt(last) < BigInt(next) + BigInt(offset)) return false',
    'return false',
  ),

  transaction('no change without its event', 'if (unsent) throw unsent.error', ''),
  transaction(
    'a transaction that failed is not taken for committed',
    "if (committed.command !== 'COMMIT')",
    'if (false)',
  ),
  transaction(
    'nothing is sent in a transaction that has ended',
    'if (!open) return Promise.reject(',
    'if (step === undefined) return Promise.reject(',
  ),
  transaction('a transaction that failed is rolled back', "await client.query('ROLLBACK').catch(discard)", ''),
  outbox(
    'an event is checked before it leaves',
    'event.payload.parse(each) as Record<string, unknown>',
    'each as Record<string, unknown>',
  ),
  outbox('no event is larger than what carries it', 'if (bytes > EVENT_AT_MOST)', 'if (bytes < 0)'),
  migrate('one process migrates at a time', 'await takeTurn(client, service, wait)', ''),
  migrate('a migration that was edited is refused', 'if (edited.length > 0)', 'if (edited.length < 0)'),
  migrate('a migration numbered below what ran is refused', 'if (below.length > 0)', 'if (below.length < 0)'),
  migrate('a schema that lost something is refused', 'if (took.length > 0)', 'if (took.length < 0)'),

  mail('a mail is claimed by one sender', 'LIMIT ${most} FOR UPDATE SKIP LOCKED', 'LIMIT ${most}'),
  mail(
    'a mail is queued once',
    'AS given (id, sealed, useless_after)\n  ON CONFLICT DO NOTHING',
    'AS given (id, sealed, useless_after)',
  ),
  mail(
    'an attempt whose claim ran out ends nothing',
    "AND mail.state = 'WAITING' AND mail.attempts = ended.attempts",
    "AND mail.state = 'WAITING'",
  ),
  mail(
    'a mail that is sent is not claimed again',
    "WHERE state = 'WAITING' AND next_at <= ${new Date(now)}",
    'WHERE next_at <= ${new Date(now)}',
  ),
  guardsOf('src/services/email/mail-queue/mail-queue.ts', 'src/services/email/mail-queue/mail-queue.test.ts')(
    'a mail is told once',
    "state === 'SENT' && noted.has(mail.id)",
    "state === 'SENT'",
  ),
  guardsOf('src/services/email/mail-queue/mail-queue.ts', 'src/services/email/mail-queue/mail-queue.test.ts')(
    'a mail nobody has a use for is not sent',
    "if (due.uselessAfter <= runtime.now()) return giveUp(due, 'it came too late')",
    '',
  ),
  guardsOf('src/services/notification/store.ts', 'src/services/notification/store.test.ts')(
    'a notification is told once',
    'return told.filter((each) => fresh.has(each.id))',
    'return [...told]',
  ),
  guardsOf('src/services/notification/store.ts', 'src/services/notification/store.test.ts')(
    'a notification is stored once',
    'ON CONFLICT DO NOTHING',
    '',
  ),
  confirmation('a confirmation is noted once', 'ON CONFLICT DO NOTHING', ''),
  confirmation(
    'a confirmation that ended is not sent again',
    "WHERE state IN ('WAITING', 'DUE') AND next_at <= ${new Date(now)}",
    'WHERE next_at <= ${new Date(now)}',
  ),
  guardsOf('src/services/notification/confirmation-store.ts', ...claims)(
    'a confirmation is claimed by one process',
    'LIMIT ${most} FOR UPDATE SKIP LOCKED',
    'LIMIT ${most}',
  ),
  guardsOf('src/services/notification/confirmations.ts', 'src/services/notification/store.test.ts')(
    'a confirmation is named by the event it is for',
    "derivedId('order-confirmation', id)",
    'runtime.id()',
  ),
  guardsOf('src/services/auth/accounts/credential-store.ts', ...claims)(
    'a sign-up that was cut off is finished by one process',
    'LIMIT 20 FOR UPDATE SKIP LOCKED',
    'LIMIT 20',
  ),
  guardsOf('src/services/cart/store.ts', ...claims)(
    'carts left behind are forgotten by one process',
    'LIMIT ${limit} FOR UPDATE SKIP LOCKED',
    'LIMIT ${limit}',
  ),

  guardsOf('src/services/cart/service.ts', ...cart)(
    'a guest’s cart is merged once',
    "if (!(await lockCart(tx, { kind: 'guest', id: guestId }))) return { merged: 0 }",
    '',
  ),
  guardsOf('src/services/cart/service.ts', ...cart)(
    'a cart that was merged is gone',
    'await tx.query(deleteGuestCart(guestId))',
    '',
  ),
  guardsOf('src/services/cart/service.ts', ...cart)(
    'a cart is locked while it is put in',
    'Promise.all([tx.query(lockCarts(locked, runtime.now())), findItems(tx, locked)])',
    'Promise.all([undefined, findItems(tx, locked)])',
  ),
  guardsOf('src/services/cart/store.ts', ...cart)(
    'quantities that come together have an end',
    'least(${MAX_QUANTITY}::integer, cart_item.quantity + excluded.quantity)',
    '${MAX_QUANTITY}::integer * 0 + cart_item.quantity + excluded.quantity',
  ),
  guardsOf('src/services/cart/cart.ts', ...cart)(
    'a cart holds so many kinds',
    'if (items.length >= MAX_KINDS) return { fault: CART_FULL() }',
    '',
  ),

  config(
    'settings are changed by who has read the newest version',
    'if (version !== expectedVersion) throw VERSION_CONFLICT({ version })',
    '',
  ),
  guardsOf('src/services/config/store.ts', 'src/services/config/config.test.ts')(
    'settings are changed one after another',
    'WHERE name = ${environment} FOR UPDATE',
    'WHERE name = ${environment}',
  ),
  config('a change that changes nothing is refused', 'if (stored.length === 0) throw NOTHING_CHANGES()', ''),
  config('a secret that is set is sealed', 'sealed: sealLive(secrets, at, value)', 'sealed: Buffer.from(value)'),

  batch('nobody gets a neighbour’s answer', 'if (answers.length !== inputs) throw', 'if (answers.length < 0) throw'),
  batch(
    'what must not be done twice is not run again',
    'repeatable && !(error instanceof WrongCount)',
    '!(error instanceof WrongCount)',
  ),
  guardsOf('src/kernel/remote/client/endpoint.ts', 'src/kernel/remote/remote.test.ts')(
    'what may have been done and is not repeatable is not repeated',
    'return away && isRepeatable(operation)',
    'return away',
  ),
]
