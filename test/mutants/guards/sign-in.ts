import { guardsOf, type Mutant } from '../mutant.ts'

const AUTH = 'src/services/auth'
const EMAIL = 'src/services/email'
const refresh = [`${AUTH}/sessions/refresh.test.ts`]
const password = [`${AUTH}/passwords/password.test.ts`]
const codes = [`${EMAIL}/email.test.ts`, `${EMAIL}/tries.test.ts`]
const token = guardsOf(`${AUTH}/sessions/refresh-token.ts`, ...refresh)
const session = guardsOf(`${AUTH}/sessions/session-store.ts`, ...refresh)
const begun = guardsOf(`${AUTH}/sessions/session-store.ts`, ...password)
const change = guardsOf(`${AUTH}/passwords/password-change.ts`, ...password)
const entry = guardsOf(
  `${AUTH}/sign-in/sign-in.ts`,
  `${AUTH}/accounts/sign-up.test.ts`,
  `${AUTH}/sign-in/sign-in.test.ts`,
  `${AUTH}/accounts/sign-up-saga.test.ts`,
)
const credential = guardsOf(`${AUTH}/accounts/credential-store.ts`, ...password)
const guard = guardsOf(`${AUTH}/sign-in/login-throttle.ts`, `${AUTH}/sign-in/throttle.test.ts`)
const throttle = guardsOf(`${AUTH}/sign-in/throttle.ts`, `${AUTH}/sign-in/throttle.test.ts`)
const ring = guardsOf(`${AUTH}/keys/key-ring.ts`, `${AUTH}/keys/keys.test.ts`)
const code = guardsOf(`${EMAIL}/code-store.ts`, ...codes)
const verify = guardsOf(`${EMAIL}/codes.ts`, ...codes)

/** Who somebody is: passwords, sign-ins, refresh tokens, codes by mail. */
export const signIn: readonly Mutant[] = [
  token('a refresh token has our seal', 'return isOurs ? sessionId : undefined', 'return sessionId'),
  token('a sign-in that ended is over', 'family.endedAt !== null || ', ''),
  token('a sign-in ends unused after thirty days', 'now >= family.idleUntil || ', ''),
  token('a sign-in ends after half a year', ' || now >= family.goodUntil', ''),
  token('a used token ends the family', "return 'reuse'\n", "return 'over'\n"),
  token('the last token may come again for a few seconds only', 'now - family.rotatedAt! < presented.leeway', 'true'),
  token(
    'only the last token may come again',
    'presented.hash === family.previousHash && family.rotatedAt !== null',
    'family.rotatedAt !== null',
  ),
  guardsOf(`${AUTH}/service.ts`, ...refresh)(
    'who is no page presents a token once',
    'sessions.exchange(refreshToken, 0)',
    'sessions.exchange(refreshToken, LEEWAY)',
  ),
  begun('a sign-in begins with the password that was checked', 'AND password_hash = ${passwordHash} AND', 'AND'),
  begun(
    'a sign-in that begins waits for a change of password',
    "AND state = 'ACTIVE'\n        FOR SHARE)",
    "AND state = 'ACTIVE')",
  ),
  session(
    'a family is exchanged by one at a time',
    'FROM session WHERE id = ${id} FOR UPDATE`)',
    'FROM session WHERE id = ${id}`)',
  ),
  session('a sign-in ends once', 'WHERE id = ${id} AND ended_at IS NULL', 'WHERE id = ${id}'),
  guardsOf(`${AUTH}/sessions/sessions.ts`, ...refresh)(
    'an ending is told until its access tokens have run out',
    'Math.max(since - OVERLAP, oldest)',
    'Math.max(since, now)',
  ),

  change('a changed password ends every sign-in', "await sessions.endAll(tx, memberId, 'password-changed')", ''),
  change(
    'a reset password ends every sign-in',
    "await sessions.endAll(tx, credential.memberId, 'password-changed')",
    '',
  ),
  change(
    'a reset needs a proof of the mailbox',
    "await emails.redeemProof({ proof: emailProof, email, purpose: 'password-reset', use })",
    '',
  ),
  change(
    'a proof sets one password',
    "secrets.mac('password-reset', emailProof, newPassword)",
    "secrets.mac('password-reset', emailProof)",
  ),
  change(
    'a password is changed by who knows it',
    'if (!right) throw CREDENTIALS_INVALID(',
    'if (right === undefined) throw CREDENTIALS_INVALID(',
  ),
  guardsOf(`${AUTH}/passwords/password-change.ts`, `${AUTH}/sign-in/throttle.test.ts`)(
    'guesses at the current password are slowed down',
    'const attempt = await guard.admit(credential.email, address)',
    'const attempt = { forgive: async (_: string) => {} }',
  ),
  credential(
    'of two changes of a password one wins',
    'WHERE member_id = ${memberId} AND password_hash = ${from}',
    'WHERE member_id = ${memberId}',
  ),

  entry(
    'who signs up has shown that they read the mailbox',
    "await emails.redeemProof({ proof: emailProof, email, purpose: 'sign-up', use })",
    '',
  ),
  entry('an address that is taken is no way in', 'found?.memberId === memberId && ', 'found !== undefined && '),
  entry(
    'a proof again with another password is no way in',
    '(await passwords().verify(found.passwordHash, password))',
    'true',
  ),
  entry(
    'who signs in knows the password',
    'if (!found || !right) throw CREDENTIALS_INVALID()',
    'if (!found) throw CREDENTIALS_INVALID()',
  ),
  guardsOf(`${AUTH}/service.ts`, 'src/services/member/member.test.ts')(
    'who leaves is signed out',
    "await sessions.endAll(tx, payload.memberId, 'withdrawn')",
    '',
  ),
  guardsOf(`${AUTH}/service.ts`, 'src/services/member/member.test.ts', `${AUTH}/accounts/sign-up-saga.test.ts`)(
    'who leaves cannot sign in',
    'await tx.query(dropCredential(payload.memberId))',
    '',
  ),
  guardsOf(`${AUTH}/migrations/0001_auth.sql`, `${AUTH}/accounts/sign-up.test.ts`)(
    'the database refuses a second member at an address',
    'email text NOT NULL UNIQUE',
    'email text NOT NULL',
  ),
  guardsOf(`${AUTH}/passwords/passwords.ts`, ...password)(
    'a wrong password is as much work for nobody as for somebody',
    "(await verify(hashed ?? nobodys, password.normalize('NFC'))) && hashed !== undefined",
    "hashed !== undefined && (await verify(hashed, password.normalize('NFC')))",
  ),

  guard('guesses that come too fast are refused', 'if (until > now)\n', 'if (until < 0)\n'),
  guard(
    'guesses at an account from everywhere are slowed down',
    '...(known ? [] : [{ key: keys.account, policy: ACCOUNT }])',
    '',
  ),
  guard(
    'guesses at many accounts from one network are slowed down',
    '{ key: keys.network, policy: networkNow() },',
    '',
  ),
  guard('guesses at an account from one place are slowed down', '{ key: keys.pair, policy: PAIR },', ''),
  guard(
    'an attempt counts as failed before it is made',
    'await tx.query(saveFailures(key, counted(before.get(key)!, policy, now)))',
    '',
  ),
  guard('a subscriber is one network', "address === undefined ? 'inside' : networkOf(address)", "address ?? 'inside'"),
  guard(
    'nobody guessed at is locked out of where they sign in from',
    'await tx.query(noteKnown(keys.pair, memberId, now))',
    '',
  ),
  throttle('delays grow', 'SECOND * 2 ** Math.min(30, failures - free)', 'SECOND'),
  guardsOf('src/kernel/net/network.ts', 'src/kernel/net/network.test.ts')(
    'an IPv6 subscriber is one network',
    'if (!isIPv6(bare)) return bare',
    'if (bare) return bare',
  ),

  guardsOf(`${AUTH}/keys/keys.ts`, `${AUTH}/keys/keys.test.ts`)(
    'many processes make one key',
    'await tx.query(lockKeys())',
    '',
  ),
  ring(
    'a key is published until its last token has run out',
    '!successor || successor.signsFrom + ACCESS_TOKEN_SECONDS * 1000 + SLACK > now',
    '!successor',
  ),
  ring(
    'a key is destroyed when its last token has run out',
    '!successor || successor.signsFrom + ACCESS_TOKEN_SECONDS * 1000 + SLACK > now',
    'true',
  ),
  ring(
    'a key signs when everybody has heard of it',
    'newestFirst(keys).find((each) => each.signsFrom <= now)',
    'newestFirst(keys)[0]',
  ),

  code('a code dies with its fifth wrong try', 'AND tries < ${most}', ''),
  code(
    'a code is good once',
    'AND tries < ${most}\n        AND used_at IS NULL AND',
    'AND tries < ${most}\n        AND',
  ),
  code(
    'a code is good for five minutes',
    'AND used_at IS NULL AND expires_at > ${new Date(now)}\n      RETURNING',
    'AND used_at IS NULL\n      RETURNING',
  ),
  code(
    'a code is for one purpose',
    'UPDATE code SET tries = tries + 1\n      WHERE address = ${address} AND purpose = ${purpose}',
    'UPDATE code SET tries = tries + 1\n      WHERE address = ${address} AND ${purpose}::text IS NOT NULL',
  ),
  code(
    'a proof is good for one use',
    'AND (used_by = ${proof.use} OR (used_by IS NULL AND expires_at',
    'AND (used_by = ${proof.use} OR (expires_at',
  ),
  code(
    'a proof is good for half an hour',
    '(used_by IS NULL AND expires_at > ${new Date(now)}))\n      RETURNING hash',
    '(used_by IS NULL))\n      RETURNING hash',
  ),
  code(
    'a proof is for its own address',
    'AND address = ${proof.address} AND',
    'AND ${proof.address}::text IS NOT NULL AND',
  ),
  code(
    'a proof is for its own purpose',
    'AND purpose = ${proof.purpose}\n',
    'AND ${proof.purpose}::text IS NOT NULL\n',
  ),
  code(
    'a right code is used up',
    'UPDATE code SET used_at = ${new Date(now)} WHERE',
    'UPDATE code SET used_at = NULL WHERE ${now}::float8 > 0 AND',
  ),
  verify(
    'a code is compared',
    "!live || !secrets.macs('email-code', live.id, code).some((each) => same(each, live.hash))",
    '!live',
  ),
  verify(
    'codes to one address are limited',
    'allowedFrom(recent.get(addressKey) ?? [], rates.address, now, spaced)',
    'now',
  ),
  verify(
    'codes for one network are limited',
    'client ? allowedFrom(recent.get(client) ?? [], rates.client, now) : now',
    'now',
  ),
  verify(
    'wrong codes from one network are limited',
    'const from = allowedFrom(tried, rates.tries, now)',
    'const from = now',
  ),
  verify(
    'a wrong code counts',
    'if (client) await tx.query(saveRate(client, withOneMore(tried, rates.tries, now)))',
    '',
  ),
  guardsOf(`${EMAIL}/code.ts`, `${EMAIL}/code.test.ts`)('each code is as likely', 'if (drawn < FAIR) return', 'return'),
]
