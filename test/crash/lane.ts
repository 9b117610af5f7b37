import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { systemRuntime } from '#kernel/runtime.ts'
import { connect, fromUrl } from '#engines/postgres/connection/connection.ts'
import { freshDatabase } from '#engines/postgres/embedded/database.fixture.ts'
import { audit, type AuditReport } from '#src/audit/audit.ts'
import { written } from '#src/audit/report.ts'
import { shop as services } from '#src/shop.ts'
import { type ApiClient, apiClient, putOnSale, signInStaff, signUp } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { STAFF } from '../support/shop.ts'
import { type ShopProcess, startProcess } from './shop-process.ts'

/** Milliseconds in which whatever a crash left must be settled, at each instant without a violation. */
const GRACE = 600_000
const SETTLED_WITHIN = 60

/** Whatever waits for its time is due: as if those who would have done it had been gone for long. */
export const TIME_PASSES = `
  UPDATE jt_payment.payment SET next_check_at = now() WHERE state IN ('CONFIRMING', 'AWAITING_DEPOSIT');
  UPDATE jt_payment.refund SET next_try_at = now() WHERE state = 'REQUESTED';
  UPDATE jt_product.reservation SET expires_at = now() WHERE state = 'HELD' AND expires_at > now()
    AND NOT EXISTS (SELECT FROM jt_order.orders WHERE reservation_id = reservation.id)`

/** A shop that is killed and started again on the same data, with members who buy in it. */
export interface Lane {
  readonly skuId: string
  readonly members: number
  origin(): string
  /** A member's client, of the process that runs now. */
  member(index: number): ApiClient
  anyone(): ApiClient
  /** Ids of orders that a customer was told of. */
  readonly acknowledged: string[]
  rows<R>(text: string, values?: unknown[]): Promise<R[]>
  /** Sets the point at which the shop will be killed. */
  arm(point: string): void
  /** Whether the point has not been reached yet. */
  isArmed(): boolean
  /** Resolves once the shop was killed; fails where the point is not reached. */
  struck(point: string): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
  /** Waits until nothing is in flight; fails on the first violation. With `hasten`, what waits for its time is due. */
  settle(hasten?: boolean): Promise<AuditReport>
}

const lanes: (() => Promise<void>)[] = []
// Registered while the file loads: inside a hook it would run after the hook.
after(async () => {
  for (const close of lanes) await close()
})

/** Opens a lane on a database of its own. */
export const openLane = async (members: number): Promise<Lane> => {
  const runtime = systemRuntime()
  const { url } = await freshDatabase(runtime)
  const data = mkdtempSync(join(tmpdir(), 'jangteo-crash-'))
  const point = join(data, 'crash-at')
  const env = {
    DATABASE_URL: url,
    JANGTEO_DATA: data,
    JANGTEO_STAFF_PASSWORD: STAFF.password,
    JANGTEO_CRASH_AT: `@${point}`,
  }
  let shop: ShopProcess = await startProcess(env)
  const database: pg.Client = await connect(fromUrl(url), 'crash test')
  // The database may be dropped before we are done with it.
  database.on('error', () => {})
  lanes.push(async () => {
    await shop.kill()
    await database.end().catch(() => {})
    rmSync(data, { recursive: true, force: true })
  })

  const { skuId } = await putOnSale(await signInStaff(shop.origin), 100_000)
  const tokens: string[] = []
  for (let i = 0; i < members; i++) tokens.push((await signUp(shop.origin)).token!)
  const acknowledged: string[] = []

  const settle = async (hasten = true): Promise<AuditReport> => {
    let report: AuditReport | undefined
    const isSettled = async (): Promise<boolean> => {
      if (hasten) await database.query(TIME_PASSES)
      report = await audit({ services, adminOf: () => fromUrl(url), runtime, grace: GRACE, acknowledged })
      assert.equal(report.violations, 0, written(report))
      // An audit costs more than what it waits for: another comes only after a while.
      if (report.inFlight > 0) await sleep(150)
      return report.inFlight === 0
    }
    await eventually(isSettled, 'the shop settles', SETTLED_WITHIN).catch((error: unknown) => {
      throw new Error(`${String(error)}${report ? `\n${written(report)}` : ''}`, { cause: error })
    })
    return report!
  }

  return {
    skuId,
    members,
    origin: () => shop.origin,
    member: (index) => Object.assign(apiClient(shop.origin), { token: tokens[index]! }),
    anyone: () => apiClient(shop.origin),
    acknowledged,
    rows: async <R>(text: string, values: unknown[] = []) => (await database.query(text, values)).rows as R[],
    arm: (at) => writeFileSync(point, at),
    isArmed: () => existsSync(point),
    struck: async (at) => {
      const late = runtime.sleep(60_000).then(() => 'late' as const)
      const ended = await Promise.race([shop.ended, late])
      assert.notEqual(ended, 'late', `the step ${at} was never reached`)
      assert.equal(ended, 'SIGKILL')
      assert.ok(!existsSync(point), 'the shop was killed at its point')
    },
    kill: () => shop.kill(),
    restart: async () => {
      rmSync(point, { force: true })
      shop = await startProcess(env)
    },
    settle,
  }
}
