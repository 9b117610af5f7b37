import { isIPv6 } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import type { ProcessSettings } from '#src/settings/process-settings.ts'
import { isNamed, type PlacedHost } from './placement.ts'

/** An address with the port a host listens on, unless it names another: something stands in between then. */
const withPort = (address: string, port: number): string => {
  if (isIPv6(address)) return `[${address}]:${port}`
  return /:\d+$/.test(address) ? address : `${address}:${port}`
}

/** The address of this machine that others reach it at: in a container or pod there is just one. */
const ownAddress = (): string => {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const outward = all.filter((each) => !each.internal && !each.address.startsWith('fe80'))
  return (outward.find((each) => each.family === 'IPv4') ?? outward[0])?.address ?? '127.0.0.1'
}

const isEverywhere = (address: string): boolean => address === '0.0.0.0' || address === '::'

/**
 * Where others reach this host, as `host:port`: what is set, else the placement's address. A DNS name stands for all
 * replicas, and 0.0.0.0 for no address at all: there it is this machine's own.
 */
export const advertisedAddress = (settings: ProcessSettings, placed: PlacedHost | undefined, port: number): string => {
  const { JANGTEO_INTERNAL_ADDRESS: given, JANGTEO_INTERNAL_HOST: bound } = settings
  if (given !== '') return withPort(given, port)
  const shared = placed ? isNamed(placed) : isEverywhere(bound)
  return withPort(shared ? ownAddress() : (placed?.address ?? bound), port)
}

/** What this host is called, unlike any other: what is set, else by placement and replica, or by the machine's name. */
export const ownName = (
  settings: ProcessSettings,
  placed: PlacedHost | undefined,
  given: { readonly replica: number; readonly host: string | undefined; readonly runs: readonly string[] },
): string => {
  if (settings.JANGTEO_HOST_NAME !== '') return settings.JANGTEO_HOST_NAME
  if (!placed) return given.host ?? given.runs.join('-')
  if (isNamed(placed)) return hostname().startsWith(placed.name) ? hostname() : `${placed.name}-${hostname()}`
  return placed.replicas > 1 ? `${placed.name}-${given.replica}` : placed.name
}
