import type { Runtime } from '../runtime.ts'

/** What a span was to others: took a request, made one, told an event, took one in, or was work inside. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Where a span is in the world: 32 and 16 hexadecimal digits, by the W3C's Trace Context. */
export interface SpanPlace {
  readonly traceId: string
  readonly spanId: string
}

/** A span that has ended, as it is shown and sent. Never holds what people told us: names, codes, counts and addresses of machines only. */
export interface SpanRecord extends SpanPlace {
  /** The span it is part of; nothing for the first of a trace. */
  readonly parentId?: string
  readonly name: string
  readonly kind: SpanKind
  /** Whose work it was: a service, or `gateway`. */
  readonly service: string
  /** Epoch milliseconds, with fractions. */
  readonly began: number
  /** Milliseconds it took, with fractions. */
  readonly ms: number
  readonly attributes: Attributes
  /** Spans it also belongs to: the callers of a batch. */
  readonly links: readonly SpanPlace[]
  /** Code of what went wrong on our side. A refusal of the business is an answer, and stands in `attributes`. */
  readonly failure?: string
}

/** What a span is begun with. */
export interface SpanStart {
  readonly name: string
  readonly kind?: SpanKind
  /** Its parent's unless told. */
  readonly service?: string
  readonly attributes?: Attributes
  readonly links?: readonly SpanPlace[]
  /** It is the work of several at once: what it tells the world belongs to none of them alone. */
  readonly shared?: boolean
}

/** A span under way. It exists only where its trace is sampled. */
export interface Span extends SpanPlace {
  /** The place as it travels in headers and with events. */
  readonly traceparent: string
  /** Lies in another process: not ours to end. */
  readonly remote: boolean
  readonly shared: boolean
  child(start: SpanStart): Span
  set(name: string, value: string | number | boolean): void
  /** Ends it, with the code of what failed if something did. Once: later ends are passed over. */
  end(failure?: string): void
}

/** A span that is only told when it turns out to have been of any interest, with all that was part of it. */
export interface TentativeSpan extends Span {
  settle(keep: boolean): void
}

/** The place a caller gives as its own, and whether it asks to be traced. */
export type Asked = SpanPlace & { readonly sampled: boolean }

/** Begins traces, and goes on with those of others. Answers nothing where a trace is not sampled. */
export interface Tracer {
  /** A request from outside. `believed` is whether its caller may ask to be traced. */
  request(from: Asked | undefined, believed: boolean, start: () => SpanStart): Span | undefined
  /** A span of another process, or of the past: children of it may be begun. */
  follow(traceparent: string | undefined): Span | undefined
  /** The same for work that may turn out to be nothing: what is begun under it is told once it is settled. */
  followTentatively(traceparent: string | undefined): TentativeSpan | undefined
  /** Work of our own that nobody asked for, such as a sweep. */
  own(start: SpanStart): TentativeSpan | undefined
}

/** Traces nothing. */
export const untraced: Tracer = {
  request: () => undefined,
  follow: () => undefined,
  followTentatively: () => undefined,
  own: () => undefined,
}

/** Attribute that marks work of a database alone. */
export const DATABASE = 'db.system.name'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A trace as far as it goes on in this process. */
class LocalTrace {
  readonly traceId: string
  readonly #runtime: Runtime
  /** Epoch milliseconds at which the process's own clock stood at 0: durations do not suffer from the other being set. */
  readonly #origin: number
  readonly #record: (span: SpanRecord) => void
  #held: SpanRecord[] | undefined

  constructor(traceId: string, runtime: Runtime, record: (span: SpanRecord) => void, tentative: boolean) {
    this.traceId = traceId
    this.#runtime = runtime
    this.#origin = runtime.now() - performance.now()
    this.#record = record
    this.#held = tentative ? [] : undefined
  }

  newSpanId(): string {
    return hex(this.#runtime.random(8))
  }

  now(): number {
    return this.#origin + performance.now()
  }

  record(span: SpanRecord): void {
    if (this.#held) this.#held.push(span)
    else this.#record(span)
  }

  settle(keep: boolean, own: string): void {
    const held = this.#held ?? []
    // Looking into the database and finding nothing is what most looks are.
    const worthTelling = keep || held.some((each) => each.spanId !== own && each.attributes[DATABASE] === undefined)
    this.#held = worthTelling ? undefined : []
    if (worthTelling) for (const each of held) this.#record(each)
  }
}

class OpenSpan implements TentativeSpan {
  readonly spanId: string
  readonly remote: boolean
  readonly shared: boolean
  readonly #trace: LocalTrace
  readonly #parentId: string | undefined
  readonly #start: SpanStart & { readonly service: string }
  readonly #began: number
  #attributes: Record<string, string | number | boolean> | undefined
  #ended: boolean

  constructor(
    trace: LocalTrace,
    start: SpanStart & { readonly service: string },
    from: { readonly parentId?: string | undefined; readonly remoteId?: string | undefined },
  ) {
    this.#trace = trace
    this.#start = start
    this.#parentId = from.parentId
    this.spanId = from.remoteId ?? trace.newSpanId()
    this.remote = from.remoteId !== undefined
    this.#ended = this.remote
    this.shared = start.shared ?? false
    this.#began = trace.now()
  }

  get traceId(): string {
    return this.#trace.traceId
  }

  get traceparent(): string {
    return `00-${this.#trace.traceId}-${this.spanId}-01`
  }

  child(start: SpanStart): Span {
    const service = start.service ?? this.#start.service
    return new OpenSpan(
      this.#trace,
      { ...start, service, shared: start.shared ?? this.shared },
      { parentId: this.spanId },
    )
  }

  set(name: string, value: string | number | boolean): void {
    this.#attributes ??= {}
    this.#attributes[name] = value
  }

  end(failure?: string): void {
    if (this.#ended) return
    this.#ended = true
    const { name, kind = 'internal', service, attributes, links = [] } = this.#start
    this.#trace.record({
      traceId: this.traceId,
      spanId: this.spanId,
      ...(this.#parentId !== undefined && { parentId: this.#parentId }),
      name,
      kind,
      service,
      began: this.#began,
      ms: this.#trace.now() - this.#began,
      attributes: { ...attributes, ...this.#attributes },
      links,
      ...(failure !== undefined && { failure }),
    })
  }

  settle(keep: boolean): void {
    this.#trace.settle(keep, this.spanId)
  }
}

/** 00-(trace)-(span)-(flags); a later version may have more behind. All zeros name nothing. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The parts of a W3C traceparent; nothing for what is not one. */
export const placeOf = (traceparent: string | undefined): Asked | undefined => {
  const found = traceparent === undefined ? null : TRACEPARENT.exec(traceparent)
  if (!found || (found[4] !== undefined && traceparent!.startsWith('00'))) return undefined
  return { traceId: found[1]!, spanId: found[2]!, sampled: (Number.parseInt(found[3]!, 16) & 1) === 1 }
}

/** A tracer that samples `percent` of a hundred traces, as it stands when one begins, and hands what ended to `record`. */
export const tracerOf = (given: {
  readonly percent: number | (() => number)
  readonly runtime: Runtime
  readonly record: (span: SpanRecord) => void
}): Tracer => {
  const { runtime, record } = given
  const drawn = (): boolean => {
    const percent = typeof given.percent === 'function' ? given.percent() : given.percent
    if (percent >= 100 || percent <= 0) return percent >= 100
    const bytes = runtime.random(2)
    return bytes[0]! * 256 + bytes[1]! < (percent / 100) * 65_536
  }
  const begin = (start: SpanStart, tentative: boolean): OpenSpan =>
    new OpenSpan(
      new LocalTrace(hex(runtime.random(16)), runtime, record, tentative),
      { ...start, service: start.service ?? 'shop' },
      {},
    )
  const elsewhere = (traceparent: string | undefined, tentative: boolean): OpenSpan | undefined => {
    const place = placeOf(traceparent)
    if (!place?.sampled) return undefined
    const trace = new LocalTrace(place.traceId, runtime, record, tentative)
    return new OpenSpan(trace, { name: '', service: 'shop' }, { remoteId: place.spanId })
  }

  return {
    request: (place, believed, start) => {
      if (!(believed && place?.sampled) && !drawn()) return undefined
      if (!place) return begin(start(), false)
      const trace = new LocalTrace(place.traceId, runtime, record, false)
      const first = start()
      return new OpenSpan(trace, { ...first, service: first.service ?? 'shop' }, { parentId: place.spanId })
    },
    follow: (traceparent) => elsewhere(traceparent, false),
    followTentatively: (traceparent) => elsewhere(traceparent, true),
    own: (start) => (drawn() ? begin(start, true) : undefined),
  }
}
