/** By what hosts prove to each other at the connection itself that they are of one shop. PEM texts. */
export interface HostTls {
  readonly key: string
  /** Of this host; names what others reach it by. */
  readonly cert: string
  /** Who vouches for hosts of this shop. */
  readonly ca: string
}
