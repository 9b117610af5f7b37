import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#engines/postgres/sql.ts'
import { startIdentity } from '#test/support/identity.ts'
import { refused } from '#test/support/refused.ts'
import { auth } from '../contract.ts'
import { IDLE } from '../sessions/sessions.ts'

const { shop, anyone, join, actorOf } = await startIdentity()
const { runtime } = shop
const service = shop.host.services.find((each) => each.definition.contract.name === 'auth')!
const forget = (): Promise<number> => service.built.sweeps!.find((each) => each.name === 'forget')!.run(runtime.now())
const left = async () =>
  (
    await service.db.query<Record<'sessions' | 'failures' | 'networks', number>>(sql`
      SELECT (SELECT count(*) FROM session) AS sessions, (SELECT count(*) FROM failure) AS failures,
             (SELECT count(*) FROM known_network) AS networks`)
  )[0]

test('ended sign-ins, failures and networks are forgotten when they matter no more, and not before', async () => {
  const session = await join()
  const { email } = session.member
  const second = await anyone.signIn({ email, password: session.password })
  await shop.as(auth, actorOf(session)).signOut({})
  await refused('CREDENTIALS_INVALID', anyone.signIn({ email, password: 'wrong' }))
  await forget()
  assert.equal((await left())!.sessions, 2)
  assert.ok((await left())!.failures > 0)
  assert.equal((await left())!.networks, 1)

  runtime.advance(25 * 3_600_000)
  await forget()
  assert.deepEqual(await left(), { sessions: 1, failures: 0, networks: 1 }, 'the live sign-in stays')
  await anyone.refresh({ refreshToken: second.refreshToken })
  runtime.advance(IDLE + 25 * 3_600_000)
  await forget()
  assert.deepEqual(await left(), { sessions: 0, failures: 0, networks: 1 })
  runtime.advance(60 * 24 * 3_600_000)
  await forget()
  assert.deepEqual(await left(), { sessions: 0, failures: 0, networks: 0 })
})
