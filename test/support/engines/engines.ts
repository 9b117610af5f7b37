import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { EngineName } from '#tools/engines/index.ts'

const variableOf = (engine: EngineName): string => `JANGTEO_TEST_${engine.toUpperCase()}`

/** The address of the engine that `npm run test:engines` has started for tests of its folder. */
export const engineAddress = (engine: EngineName): string => {
  const address = process.env[variableOf(engine)]
  assert.ok(address, `${variableOf(engine)} is not set: run this by npm run test:engines`)
  return address
}

/** A folder that goes away after the file's tests. To be called while the file loads. */
export const scratchFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'jangteo-engine-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
