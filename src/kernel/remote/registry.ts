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
  readonly services: readonly string[]
}

/** Tells which processes run which service. */
export interface Registry {
  /**
   * The places of a service as they are known now: the same array until something changes, so that it can be asked at
   * each call. Never fails: while its source is away the last good list stays.
   */
  places(service: string): readonly Place[]
  /** Tells the others that this process takes calls. Answers how to take that back, before the process ends. */
  announce(own: Announcement): Promise<{ leave(): Promise<void> }>
  close(): Promise<void>
}

/** The weight of a place nobody gave one. */
export const ORDINARY_WEIGHT = 100
