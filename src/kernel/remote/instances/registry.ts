/** Where one process that runs a service takes calls. */
export interface Place {
  /** `http://host:port` of its internal port. */
  readonly origin: string
  /** Its share of the calls beside the others'; 100 is an ordinary one. */
  readonly weight: number
  /** Calls stay in the caller's zone while somebody there answers. */
  readonly zone?: string
  /** What the process runs, for canaries and the status page. */
  readonly version?: string
  /** Name of the host, for people. */
  readonly host?: string
}

/** What a process tells the others of itself. */
export interface Announcement extends Place {
  readonly host: string
  /** Services and parts it runs. */
  readonly services: readonly string[]
}

/** A process as a registry knows it. */
export interface KnownHost extends Announcement {
  /** Whether what it stands on answers, as it says itself. */
  readonly ready: boolean
  /** Whether it has given a sign of life lately. */
  readonly alive: boolean
  /** Epoch milliseconds of its start, where it says so. */
  readonly since?: number
}

/** Tells which processes run which service. */
export interface Registry {
  /**
   * The places of a service as they are known now: the same array until something changes, so that it can be asked at
   * each call. Never fails: while its source is away the last good list stays.
   */
  places(service: string): readonly Place[]
  /** Every process as it is known now, for the status page. */
  hosts(): readonly KnownHost[]
  /**
   * Tells the others that this process takes calls, and from then on whether it is ready. Answers how to take that back,
   * before the process ends. Throws CannotStart when another process of that name lives.
   */
  announce(own: Announcement, ready: () => Promise<boolean>): Promise<{ leave(): Promise<void> }>
  close(): Promise<void>
}

/** The weight of a place nobody gave one. */
export const ORDINARY_WEIGHT = 100
