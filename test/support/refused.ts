import assert from 'node:assert/strict'
import { Fault } from '#kernel/fault.ts'

/** Asserts that work is refused with the fault of that code, and answers the fault. */
export const refused = async (code: string, work: Promise<unknown>): Promise<Fault> => {
  const error = await work.then(
    (answer) => new Error(`It was not refused: ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Fault, `expected ${code}, got ${String(error)}`)
  assert.equal(error.code, code)
  return error
}
