import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { StaffRole } from '#kernel/contract.ts'
import { reseal } from '#kernel/secrets/re-encrypt.ts'
import type { Secrets } from '#kernel/secrets/secrets.ts'
import type { Tools } from '#kernel/service.ts'
import { ACCESS_TOKEN_SECONDS, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../contract.ts'
import { nextSignsFrom, published, signer } from './key-ring.ts'
import { insertKey, keepOnly, keysAfter, lockKeys, readKeys, replaceSealedKey, type KeyRow } from './key-store.ts'

/** Signs access tokens, and rotates what it signs with. */
export interface Keys {
  /** Makes the first key or a due one, destroys those out of use, and reads what other processes made. Answers 0. */
  refresh(): Promise<number>
  /** Seals private keys under the secret in use; answers how many were not. */
  reseal(): Promise<number>
  /** The public keys, as JWKS. */
  jwks(): { keys: Record<string, unknown>[] }
  /** An access token for a session, good for `ACCESS_TOKEN_SECONDS`. */
  sign(memberId: string, sessionId: string, roles: readonly StaffRole[]): Promise<string>
}

/** PKCS #8 of an Ed25519 key is this prefix and 32 bytes of chance (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

interface Ready extends KeyRow {
  readonly privateKey: KeyObject
}

export const keys = ({ db, runtime }: Pick<Tools, 'db' | 'runtime'>, secrets: Secrets): Keys => {
  let ring: readonly Ready[] = []

  const make = (signsFrom: number): KeyRow => {
    const privateKey = createPrivateKey({
      key: Buffer.concat([PKCS8_ED25519, runtime.random(32)]),
      format: 'der',
      type: 'pkcs8',
    })
    const id = runtime.id()
    const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' })
    return {
      id,
      publicKey: { kty, crv, x, kid: id, alg: 'EdDSA', use: 'sig' },
      sealed: secrets.seal('signing-key', JSON.stringify(privateKey.export({ format: 'jwk' }))),
      signsFrom,
    }
  }

  const ready = (row: KeyRow): Ready => {
    const known = ring.find((each) => each.id === row.id)
    if (known) return known
    try {
      const jwk = JSON.parse(secrets.open('signing-key', row.sealed)) as Record<string, string>
      return { ...row, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) }
    } catch (error) {
      throw new Error(
        'The signing keys do not open with this JANGTEO_SECRET: give the one they were made with, or empty the table signing_key of jt_auth to make new ones.',
        { cause: error },
      )
    }
  }

  const rotated = (): Promise<KeyRow[]> =>
    db.tx('auth.rotate-keys', async (tx) => {
      await tx.query(lockKeys())
      const rows = await readKeys(tx)
      const now = runtime.now()
      const signsFrom = nextSignsFrom(rows, now)
      const made = signsFrom === undefined ? [] : [make(signsFrom)]
      for (const each of made) await tx.query(insertKey(each))
      const kept = published([...rows, ...made], now)
      await tx.query(keepOnly(kept.map((each) => each.id)))
      return kept
    })

  return {
    refresh: async () => {
      const rows = await readKeys(db)
      const now = runtime.now()
      const due = nextSignsFrom(rows, now) !== undefined || published(rows, now).length < rows.length
      ring = (due ? await rotated() : rows).map(ready)
      return 0
    },
    reseal: () =>
      reseal(secrets, 'signing-key', {
        after: (id) => keysAfter(db, id),
        replace: (row, sealed) => db.query(replaceSealedKey(row, sealed)),
      }),
    jwks: () => ({ keys: published(ring, runtime.now()).map((each) => each.publicKey) }),
    sign: (memberId, sessionId, roles) => {
      const now = runtime.now()
      const key = signer(ring, now)
      if (!key) throw new Error('No key signs yet: the service has not started')
      const seconds = Math.floor(now / 1000)
      return new SignJWT({ sid: sessionId, roles: [...roles] })
        .setProtectedHeader({ alg: 'EdDSA', kid: key.id, typ: 'at+jwt' })
        .setSubject(memberId)
        .setIssuer(TOKEN_ISSUER)
        .setAudience(TOKEN_AUDIENCE)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + ACCESS_TOKEN_SECONDS)
        .sign(key.privateKey)
    },
  }
}
