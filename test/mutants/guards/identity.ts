import { guardsOf, type Mutant } from '../mutant.ts'

const tokens = guardsOf(
  'src/gateway/identity/tokens.ts',
  'src/gateway/identity/identity.test.ts',
  'src/gateway/identity/tokens.test.ts',
)
const identify = guardsOf('src/gateway/identity/identity.ts', 'src/gateway/identity/identity.test.ts')
const stream = guardsOf('src/gateway/stream/stream.ts', 'src/gateway/stream/stream.test.ts')
const crossSite = guardsOf('src/gateway/identity/cross-site.ts', 'src/gateway/identity/cross-site.test.ts')
const access = guardsOf('src/kernel/call/access.ts', 'src/kernel/call/access.test.ts')
const caller = guardsOf('src/kernel/remote/security/token.ts', 'src/kernel/remote/security/token.test.ts')
const lease = guardsOf('src/engines/redis/signed-lease.ts', 'src/engines/redis/signed-lease.test.ts')
const secrets = guardsOf('src/kernel/secrets/secrets.ts', 'src/kernel/secrets/secrets.test.ts')
const cart = guardsOf('src/services/cart/store.ts', 'src/services/cart/cart.test.ts')
const inbox = guardsOf('src/services/notification/store.ts', 'src/services/notification/notification.test.ts')
const tickets = guardsOf('src/services/notification/ticket-store.ts', 'src/services/notification/notification.test.ts')
const addresses = ['src/services/member/address-book.test.ts']

/** Whom a request or a call speaks for, and what is theirs. */
export const identity: readonly Mutant[] = [
  tokens(
    'an access token is signed by a key of ours',
    'if (!key) throw new errors.JWKSNoMatchingKey()',
    'if (!key) return keys.values().next().value!',
  ),
  tokens('an access token is of our issuer', 'issuer: ISSUER,', ''),
  tokens('an access token is for us', 'audience: ISSUER,', ''),
  tokens('an access token runs out', 'currentDate: new Date(runtime.now()),', 'currentDate: new Date(0),'),
  tokens(
    'an access token seen good before runs out',
    'if (found.expiresAt > runtime.now()) return found',
    'if (found) return found',
  ),
  tokens(
    'a token is believed no longer than its key',
    'if ([...keys.keys()].some((kid) => !fresh.has(kid))) known.clear()',
    '',
  ),
  tokens(
    'a token names a sign-in and a member',
    'if (memberId === undefined || sessionId === undefined || payload.exp === undefined) return undefined',
    '',
  ),
  tokens('only roles we know make staff', '.filter((each) => declaredRoles.has(each))', ''),
  tokens('forged key ids cannot make us ask in a loop', 'due && now - triedAt > UNKNOWN_KEY_PAUSE', 'due'),
  tokens('without a key nobody is called a forger', "if (keys.size === 0) throw UNAVAILABLE({ service: 'auth' })", ''),
  identify(
    'the token of a sign-in that ended is refused',
    'bearer !== undefined && !revocations.has(bearer.sessionId)',
    'bearer !== undefined',
  ),
  identify(
    'a bad bearer token is refused, not passed over',
    'if (authorization !== undefined) throw UNAUTHENTICATED()',
    '',
  ),
  identify(
    'a bearer token is named as one',
    'if (authorization !== undefined && !SCHEME.test(authorization)) throw UNAUTHENTICATED()',
    '',
  ),
  identify(
    'a guest is named by a UUID',
    "if (typeof given === 'string' && UUID.test(given)) return",
    "if (typeof given === 'string') return",
  ),
  identify(
    'a guest in a cookie is named by a UUID',
    'guestCookie !== undefined && UUID.test(guestCookie)',
    'guestCookie !== undefined',
  ),
  guardsOf('src/gateway/api/serve-operation.ts', 'src/gateway/identity/identity.test.ts')(
    'another site cannot use the cookies of a visitor',
    'if (unsafe && !identity.byHeader && isCrossSite(headers, edge.trusted)) throw CROSS_SITE()',
    '',
  ),
  guardsOf('src/gateway/api/serve-operation.ts', 'src/gateway/identity/identity.test.ts')(
    'a sign-out counts at once',
    "if (actor.kind === 'member' || actor.kind === 'staff') edge.revocations.add(actor.sessionId)",
    '',
  ),
  guardsOf('src/gateway/pages/pages.ts', 'src/gateway/pages/pages.test.ts')(
    'a form of another site is refused',
    'if (isCrossSite(request.headers, nobody)) return refuse(reply, CROSS_SITE())',
    '',
  ),
  guardsOf('src/gateway/identity/cookies.ts', 'src/gateway/identity/identity.test.ts')(
    'in production cookies travel by https only',
    "${secure ? '; Secure' : ''}",
    '',
  ),
  guardsOf('src/gateway/api/routes.ts', 'src/gateway/gateway.test.ts', 'src/gateway/identity/service-callers.test.ts')(
    'what only services may call has no path',
    ' || !isForOutside(operation)) return undefined',
    ') return undefined',
  ),
  crossSite(
    'a browser says which site asks',
    "if (site !== undefined) return site !== 'same-origin' && site !== 'none'",
    '',
  ),
  crossSite(
    'another part of our site is another site',
    "return site !== 'same-origin' && site !== 'none'",
    "return site === 'cross-site'",
  ),
  crossSite(
    'an origin that is not this host is another site',
    'return hostOf(origin) !== headers.host',
    'return false',
  ),
  guardsOf('src/gateway/identity/revocations.ts', 'src/gateway/identity/revocations.test.ts')(
    'endings that are committed late are heard of',
    'since = answer.now - OVERLAP',
    'since = answer.now',
  ),

  stream(
    'a ticket of a sign-in that ended opens nothing',
    'if (edge.revocations.has(holder.sessionId)) throw UNAUTHENTICATED()',
    '',
  ),
  stream(
    'a stream is opened by our own pages only',
    'if (!byHeader && isCrossSite(request.headers, edge.trusted)) throw CROSS_SITE()',
    '',
  ),
  stream(
    'a stream is opened by members',
    "(actor.kind !== 'member' && actor.kind !== 'staff') || expiresAt === undefined) throw UNAUTHENTICATED()",
    "actor.kind === 'system') throw UNAUTHENTICATED()",
  ),
  stream(
    'a stream closes when its token runs out',
    'if (each.until <= now) end(each, CLOSED.signIn)\n        else if',
    'if',
  ),
  stream('a stream closes when its sign-in ends', 'if (each.sessionId === sessionId) end(each, CLOSED.signIn)', ''),
  stream(
    'a member opens so many streams',
    'if (connected.countOf(holder.memberId) >= settings.streamLimitPerMember) throw RATE_LIMITED()',
    '',
  ),

  access(
    'what services may call is no one’s outside',
    "if (access === 'service') return inside ? undefined : FORBIDDEN()",
    "if (access === 'service') return undefined",
  ),
  access(
    'what members may do needs a member',
    "if (access === 'member') return signedIn ? undefined : UNAUTHENTICATED()",
    "if (access === 'member') return undefined",
  ),
  access(
    'what guests may do needs a guest at least',
    "if (access === 'guest') return signedIn || actor.kind === 'guest' ? undefined : UNAUTHENTICATED()",
    "if (access === 'guest') return undefined",
  ),
  access(
    'what staff may do needs the role',
    'return actor.roles.includes(access.staff) ? undefined : FORBIDDEN()',
    'return undefined',
  ),
  access(
    'the shop itself is believed from inside only',
    "if (actor.kind === 'system') return inside ? undefined : FORBIDDEN()",
    "if (actor.kind === 'system') return undefined",
  ),
  access('who is not allowed is refused', 'return signedIn ? FORBIDDEN() : UNAUTHENTICATED()', 'return undefined'),
  guardsOf('src/kernel/call.ts', 'src/kernel/call.test.ts')(
    'an operation asks who may call it',
    'if (refused) throw refused',
    '',
  ),
  guardsOf('src/kernel/context.ts', 'src/kernel/context.test.ts')(
    'nobody but a member is one',
    "if (actor.kind === 'member' || actor.kind === 'staff') return actor.memberId",
    "if ('memberId' in actor || actor) return (actor as { memberId: string }).memberId",
  ),

  caller(
    'a call between hosts is signed with our secret',
    'if (!calls.isOurs(text, token.slice(dot + 1))) return undefined',
    '',
  ),
  caller('a call between hosts is for the service it names', 'claims.s === service && ', ''),
  caller('a token between hosts grows old', 'claims.e > runtime.now() ? {', 'claims ? {'),
  lease(
    'a lease is written by a host of ours',
    'return isOurs(JSON.stringify(content), signature) ?',
    'return signature ?',
  ),
  lease(
    'a lease says what one can',
    '(leaseContentSchema.parse(content) as LeaseContent)',
    '(content as LeaseContent)',
  ),
  guardsOf('src/kernel/remote/server/routes.ts', 'src/kernel/remote/security/tls.test.ts')(
    'with certificates a caller must show one',
    'if (tls && !(request.raw.socket as TLSSocket).authorized)',
    'if (tls && false)',
  ),
  secrets(
    'what is sealed for one purpose opens for no other',
    '`seal ${purpose}`), bytes.subarray(head',
    "'seal'), bytes.subarray(head",
  ),
  secrets('a keyed hash is for one purpose', 'keyOf(`mac ${purpose}`)', "keyOf('mac')"),
  secrets('parts of a keyed hash do not run together', '.update(JSON.stringify(parts))', ".update(parts.join(''))"),
  secrets('a secret is long', "typeof secret === 'string' && secret.length >= 32", "typeof secret === 'string'"),

  cart(
    'a cart is of its owner',
    'AND owner_id = ${owner.id} AND sku_id = ${skuId}',
    'AND ${owner.id}::uuid IS NOT NULL AND sku_id = ${skuId}',
  ),
  guardsOf('src/services/cart/cart.ts', 'src/services/cart/cart.test.ts')(
    'the cart of a guest is no member’s',
    "if (actor.kind === 'guest') return { kind: 'guest', id: actor.guestId }",
    "if (actor.kind === 'guest') return { kind: 'member', id: actor.guestId }",
  ),
  inbox('nobody marks what is not theirs', 'WHERE id = ${id} AND member_id = ${memberId}),', 'WHERE id = ${id}),'),
  inbox(
    'nobody finds what others were told',
    'WHERE seen.id = ${id} AND seen.member_id = ${memberId}',
    'WHERE seen.id = ${id} AND ${memberId}::uuid IS NOT NULL',
  ),
  inbox(
    'an inbox shows what its member was told',
    'WHERE member_id = ${memberId} ORDER BY at DESC',
    'WHERE ${memberId}::uuid IS NOT NULL ORDER BY at DESC',
  ),
  tickets(
    'a ticket opens once',
    'DELETE FROM ticket WHERE hash = ${hash}\n    RETURNING',
    'UPDATE ticket SET hash = hash WHERE hash = ${hash}\n    RETURNING',
  ),
  tickets('a ticket is good for half a minute', 'return row?.live ?', 'return row ?'),
  guardsOf('src/services/member/addresses.ts', ...addresses)(
    'an address is changed by its owner',
    'if (!book.some((each) => each.id === id)) throw NOT_FOUND()',
    '',
  ),
  guardsOf('src/services/member/address-store.ts', ...addresses)(
    'an address is deleted by its owner',
    'DELETE FROM address WHERE member_id = ${memberId} AND id = ${id}',
    'DELETE FROM address WHERE id = ${id}',
  ),
  guardsOf('src/services/member/addresses.ts', ...addresses)(
    'where people write the code of their door is sealed',
    "memo && { memo: secrets.open('address-memo', memo) }",
    'memo && { memo: memo.toString() }',
  ),
]
