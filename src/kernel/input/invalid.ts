import { INVALID_INPUT } from '../faults.ts'
import type { Fault } from '../fault.ts'

/** INVALID_INPUT for one member of an input that no schema could judge. */
export const invalid = (field: string, code: string, message: { readonly ko: string; readonly en: string }): Fault =>
  INVALID_INPUT(undefined, { field, fields: [{ field, code, message }] })
