import { type Contract, isForOutside, type Operation } from '#kernel/contract.ts'

/** An operation as it is reached from outside. */
export interface Route {
  readonly service: string
  readonly name: string
  /** `order.place`: the operation's name in logs, metrics and documents. */
  readonly id: string
  readonly operation: Operation
  readonly method: Operation['method']
  /** `/api/orders/{id}`. */
  readonly path: string
  /** The same for the router: `/api/orders/:id`. */
  readonly pattern: string
  /** Members of the input that come from the path. */
  readonly params: readonly string[]
  /** Members that come from headers: input member and header name. */
  readonly headers: readonly (readonly [member: string, header: string])[]
  /** Whether the input comes from a body, not the query. */
  readonly hasBody: boolean
}

const PARAM = /\{(\w+)\}/g

const routeOf = (contract: Contract, name: string, operation: Operation): Route | undefined => {
  if (operation.path === undefined || !isForOutside(operation)) return undefined
  const path = `/api${operation.path}`
  return {
    service: contract.name,
    name,
    id: `${contract.name}.${name}`,
    operation,
    method: operation.method,
    path,
    pattern: path.replace(PARAM, ':$1'),
    params: [...path.matchAll(PARAM)].map((each) => each[1]!),
    headers: Object.entries(operation.headers ?? {}),
    hasBody: operation.method !== 'GET' && operation.method !== 'DELETE',
  }
}

/** The operations of contracts that can be reached from outside: those with a path that not only services may call. */
export const routesOf = (contracts: readonly Contract[]): readonly Route[] =>
  contracts.flatMap((contract) =>
    Object.entries(contract.operations).flatMap(([name, operation]) => routeOf(contract, name, operation) ?? []),
  )
