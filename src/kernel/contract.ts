import { z } from 'zod'
import type { FaultDefinition } from './fault.ts'
import { wholeNumber } from './input/whole-number.ts'

/** Name of a role of staff: one that a service declares. What nobody declares grants nothing. */
export type StaffRole = string

/**
 * Who may call an operation. Denied unless allowed:
 * `public` anyone; `guest` anyone who carries a guest or member identity; `member` a signed-in member;
 * `seller` a seller; `{ staff: role }` staff with that role; `service` other services only, never the edge.
 */
export type Access = 'public' | 'guest' | 'member' | 'seller' | 'service' | { readonly staff: StaffRole }

/** Access for staff who hold the role. */
export const staff = (role: StaffRole): Access => ({ staff: role })

/** So many calls in so many seconds. */
export interface CallLimit {
  readonly calls: number
  readonly seconds: number
}

/** How often an operation may be called from outside, besides what holds for all reads and writes. */
export interface CallLimits {
  /** By each network address. */
  readonly address?: CallLimit
  /** By each account. */
  readonly account?: CallLimit
  /** By everybody together. */
  readonly all?: CallLimit
  /** Agreed upon by all processes before each call, not soon after it: dearer, for what must not be guessed. */
  readonly exact?: boolean
}

/** One thing a service can be asked to do. Validation, OpenAPI, the typed client and both bindings come from this. */
export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly summary: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api` at the edge, with `{name}` for members of the input. Left out for operations that only services call. */
  readonly path?: string
  readonly access: Access
  /** One object: members come from the path, then the body (or the query of a GET or DELETE), then `headers`. */
  readonly input: I
  readonly output: O
  /** Status of success at the edge; 200, or 204 where the output is void. */
  readonly status?: number
  /** Faults it may answer with besides the common ones; any other error reaches the caller as INTERNAL. */
  readonly faults?: readonly FaultDefinition[]
  /** Whether calling it twice with the same input does no more than calling it once. GET is; others say so. */
  readonly repeatable?: boolean
  /** Members of the input that travel as HTTP headers at the edge: `{ idempotencyKey: 'idempotency-key' }`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds a caller waits at most; 5,000 unless told. */
  readonly deadline?: number
  readonly limits?: CallLimits
}

/** Whether calling the operation twice with the same input does no more than calling it once. */
export const isRepeatable = ({ repeatable, method }: Operation): boolean => repeatable ?? method === 'GET'

export type Operations = { readonly [name: string]: Operation }

/** What a service promises to others; the only part of it they may import. */
export interface Contract<O extends Operations = Operations> {
  readonly name: string
  readonly operations: O
}

/** Declares a service's contract. */
export const contract = <const O extends Operations>(name: string, operations: O): Contract<O> => ({ name, operations })

/** The input of an operation as a caller gives it. */
export type InputOf<Op extends Operation> = z.input<Op['input']>
/** The output of an operation as a caller gets it. */
export type OutputOf<Op extends Operation> = z.output<Op['output']>

/** A contract's operations as functions. The caller never knows where the callee runs. */
export type Client<C extends Contract> = {
  readonly [K in keyof C['operations']]: (input: InputOf<C['operations'][K]>) => Promise<OutputOf<C['operations'][K]>>
}

/** The operations of a contract that callers outside the shop's services may reach: all but those for services alone. */
export type OutsideClient<C extends Contract> = {
  readonly [K in keyof C['operations'] as C['operations'][K]['access'] extends 'service' ? never : K]: Client<C>[K]
}

/** Whether callers outside the shop's services may reach an operation: pages and, where it has a path, the API. */
export const isForOutside = ({ access }: Pick<Operation, 'access'>): boolean => access !== 'service'

/** A fact a service tells the world, named in the past tense: `order.placed`. */
export interface EventType<P extends z.ZodType = z.ZodType> {
  readonly name: string
  readonly version: number
  /**
   * The payload member that orders it: events with the same value arrive in the order in which their transactions began
   * to write. Where it matters who held a lock first, the payload says so (decision 0040).
   */
  readonly key: string
  readonly payload: P
  readonly summary: string
  /** Kept in the log for good, because a read model is rebuilt from it. Others are pruned. */
  readonly kept?: boolean
}

const EVENT_NAME = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/

/**
 * Declares an event. Payloads may only grow: consumers ignore members they do not know. Throws a TypeError for a name
 * that does not say whose it is (`order.placed`) or a key that the payload does not have.
 */
export const event = <P extends z.ZodObject>(
  name: string,
  declared: { version: number; key: keyof z.output<P> & string; payload: P; summary: string; kept?: boolean },
): EventType<P> => {
  if (!EVENT_NAME.test(name)) throw new TypeError(`Not the name of an event: ${name}`)
  if (!(declared.key in declared.payload.shape)) throw new TypeError(`The event ${name} has no member ${declared.key}`)
  return { name, ...declared }
}

/** The service that emits an event: the part of its name before the dot. */
export const sourceOf = (eventName: string): string => eventName.slice(0, eventName.indexOf('.'))

/** Input of operations that take none. */
export const nothing = z.object({})

/** A page of a list by keyset: `cursor` from the last page, `limit` 1 to 100. */
export const pageInput = {
  cursor: z.string().max(300).optional(),
  limit: wholeNumber(1, 100).default(20),
} as const

/** A page as it is answered; `nextCursor` is null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

/** An instant as it travels: ISO 8601 in UTC with milliseconds. */
export const instantSchema = z.iso.datetime({ precision: 3 })

/** Milliseconds since the epoch as an instant that travels. */
export const instant = (ms: number): string => new Date(ms).toISOString()
