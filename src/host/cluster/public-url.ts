import type { ProcessSettings } from '#src/settings/process-settings.ts'

/** Where somebody on this machine finds what listens on a network address; every address of it is `localhost` too. */
export const originAt = (host: string, port: number): string => {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * The address customers reach the shop at, for links in mails and pages: `PUBLIC_URL`, or where the placement has the
 * public come in, or where this process listens, or would. Empty only as long as the port is yet to be picked.
 */
export const publicUrlOf =
  (
    settings: Pick<ProcessSettings, 'PUBLIC_URL' | 'HOST' | 'PORT'>,
    given: {
      /** By the placement. */
      readonly placed: string | undefined
      /** Port of the edge in this process; undefined where it is elsewhere. */
      readonly edgePort: number | undefined
      /** Where the edge of this process listens, once it does. */
      readonly listening: () => string | undefined
    },
  ): (() => string) =>
  () => {
    const { PUBLIC_URL, HOST, PORT } = settings
    const { placed, edgePort, listening } = given
    const known = PUBLIC_URL || placed || listening()
    if (known) return known
    const port = edgePort ?? (PORT || 3000)
    return port === 0 ? '' : originAt(HOST, port)
  }
