import { isIP } from 'node:net'
import type { BaseOptions } from '@platformatic/kafka'

/** How brokers are reached that not everybody may reach. */
export interface KafkaSecurity {
  /** PEM texts: the authority that is believed (by default those Node.js believes), our key and certificate. */
  readonly tls?: { readonly ca?: string; readonly key?: string; readonly cert?: string }
  readonly sasl?: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
    readonly username: string
    readonly password: string
  }
}

const isAddress = (broker: string): boolean =>
  isIP(broker.slice(0, broker.lastIndexOf(':')).replace(/^\[|\]$/g, '')) > 0

/**
 * What a client is opened with to reach brokers in this way. The password is a function: whoever prints the options of a
 * client prints none.
 */
export const secured = (
  brokers: readonly string[],
  { tls, sasl }: KafkaSecurity = {},
): Pick<BaseOptions, 'tls' | 'tlsServerName' | 'sasl'> => ({
  ...(tls && {
    tls: { ...tls },
    // Brokers behind a proxy are told apart by the name asked for. Node.js refuses an IP address as one.
    ...(!brokers.some(isAddress) && { tlsServerName: true }),
  }),
  ...(sasl && { sasl: { ...sasl, password: () => sasl.password } }),
})
