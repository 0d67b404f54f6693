// Keeps what happened, for people to look at: nothing rests on it. What waits for a flush is lost in a crash.
import type { Clock, Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { LogLine, Span, Telemetry } from '../../base/telemetry.ts'
import type { FlowGraph, FlowLink, FlowPlace } from './flow-map.ts'
import { encodeFlush } from './flush.ts'
import { flushIntervalMs, flushItemsMax, unconfirmedFlushesMax } from './limits.ts'
import { pendingCharsMax, pendingLogsMax, pendingSpansMax } from './limits.ts'
import type { SpanFileLimits } from './span-file.ts'
import { SpanThread } from './span-thread.ts'
import type { InvocationRecord, RecentTracesQuery, Trace, TraceSummary } from './trace.ts'

export interface MonitorOptions {
  /** The file of spans, or `:memory:`. A damaged one, or one of another version, is replaced. */
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
  readonly limits?: Partial<SpanFileLimits>
}

/** What could not be kept because it came faster than it could be written. */
export interface DroppedCounts {
  readonly spans: number
  readonly logs: number
}

/** Keeps the spans and log lines of every hop, bounded, and answers questions about them. */
export class Monitor implements Telemetry, Startable {
  readonly #options: MonitorOptions
  readonly #thread = new SpanThread()
  #spans: Span[] = []
  #logs: LogLine[] = []
  #pendingChars = 0
  #timer: Timer | undefined
  #unconfirmed = 0
  #dropped = { spans: 0, logs: 0 }
  #recorded = 0
  #running = false
  #warned = false

  constructor(options: MonitorOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { path, logger, limits } = this.#options
    const replaced = await this.#thread.start(path, limits ?? {})
    if (replaced !== undefined) {
      logger.warn(
        { path, reason: replaced },
        'the file of spans could not be read: it was replaced',
      )
    }
    this.#running = true
    this.#arm()
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#timer?.cancel()
    await this.flush()
    this.#running = false
    await this.#thread.close()
  }

  span(span: Span): void {
    if (this.#spans.length >= pendingSpansMax || this.#pendingChars >= pendingCharsMax) {
      this.#dropped.spans += 1
      return
    }
    this.#spans.push(span)
    if (span.payload !== undefined) this.#pendingChars += span.payload.length
    if (!this.#timer) this.#arm()
  }

  log(line: LogLine): void {
    if (this.#logs.length >= pendingLogsMax || this.#pendingChars >= pendingCharsMax) {
      this.#dropped.logs += 1
      return
    }
    this.#logs.push(line)
    this.#pendingChars += line.message.length
    if (!this.#timer) this.#arm()
  }

  get dropped(): DroppedCounts {
    return { ...this.#dropped }
  }

  /** How many spans have come so far: changes when there is something new to see. */
  get recorded(): number {
    return this.#recorded + this.#spans.length
  }

  /** Hands over everything that waits and resolves when it can be read. */
  async flush(): Promise<void> {
    while (this.#running && this.#hasPending()) await this.#handOver()
  }

  /** Names resources that the flow map shows before anything happens there. */
  declare(places: readonly FlowPlace[], arrows: readonly FlowLink[]): Promise<void> {
    return this.#thread.declare(places, arrows)
  }

  /** What happened where, and what caused it, since the start. */
  async flowMap(): Promise<FlowGraph> {
    await this.flush()
    return this.#thread.flowMap()
  }

  /** Newest first; what only continues other traces is part of those. */
  async recentTraces(query: RecentTracesQuery = {}): Promise<readonly TraceSummary[]> {
    await this.flush()
    return this.#thread.recentTraces(query)
  }

  /** The trace with everything that continues it; without spans when it is unknown. */
  async trace(traceId: string): Promise<Trace> {
    await this.flush()
    return this.#thread.trace(traceId)
  }

  async payload(id: string): Promise<string | undefined> {
    await this.flush()
    return this.#thread.payload(id)
  }

  /** The newest runs of a function with their log lines, newest first. */
  async invocations(
    app: string,
    functionName: string,
    options: { readonly limit: number },
  ): Promise<readonly InvocationRecord[]> {
    await this.flush()
    return this.#thread.invocations(`${app}/${functionName}`, options.limit)
  }

  #arm(): void {
    if (!this.#running) return
    this.#timer = this.#options.clock.after(flushIntervalMs, () => this.#onTimer())
  }

  #onTimer(): void {
    this.#timer = undefined
    this.#drain()
    // Rearmed while something waits; otherwise by the next span.
    if (this.#hasPending()) this.#arm()
  }

  // Each confirmation continues it while there is more than one flush full.
  #drain(): void {
    if (!this.#hasPending() || this.#unconfirmed >= unconfirmedFlushesMax) return
    void this.#handOver().then(() => {
      if (this.#spans.length >= flushItemsMax || this.#logs.length >= flushItemsMax) this.#drain()
    })
  }

  #hasPending(): boolean {
    return this.#spans.length > 0 || this.#logs.length > 0
  }

  async #handOver(): Promise<void> {
    const spans = this.#spans.splice(0, flushItemsMax)
    const logs = this.#logs.splice(0, flushItemsMax)
    this.#pendingChars = this.#hasPending() ? this.#pendingChars - charsOf(spans, logs) : 0
    this.#recorded += spans.length
    this.#unconfirmed += 1
    try {
      await this.#thread.write(encodeFlush(spans, logs))
    } catch (error) {
      this.#dropped.spans += spans.length
      this.#dropped.logs += logs.length
      this.#warnOnce(error)
    } finally {
      this.#unconfirmed -= 1
    }
  }

  // A full disk fails every flush; the count of dropped spans tells the rest.
  #warnOnce(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    this.#options.logger.warn({ reason: messageOf(error) }, 'spans could not be written')
  }
}

function charsOf(spans: readonly Span[], logs: readonly LogLine[]): number {
  let chars = 0
  for (const span of spans) chars += span.payload?.length ?? 0
  for (const line of logs) chars += line.message.length
  return chars
}
