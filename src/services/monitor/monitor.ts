// Keeps what happened, for people to look at: nothing rests on it. What waits for a flush is lost in a crash.
import type { Clock, Timer } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Startable } from '../../base/lifecycle.ts'
import type { Logger } from '../../base/logger.ts'
import type { LogLine, Span, Telemetry } from '../../base/telemetry.ts'
import type { FlowGraph, FlowLink, FlowPlace } from './flow-map.ts'
import type { Flush } from './flush.ts'
import { FlushWriter } from './flush-writer.ts'
import { flushIntervalMs, unconfirmedFlushesMax } from './limits.ts'
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
  #open = new FlushWriter()
  /** Full flushes that wait for the worker thread. */
  #full: Flush[] = []
  #pending = { spans: 0, logs: 0, chars: 0 }
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
    if (this.#pending.spans >= pendingSpansMax || this.#pending.chars >= pendingCharsMax) {
      this.#dropped.spans += 1
      return
    }
    this.#pending.spans += 1
    this.#pending.chars += this.#open.addSpan(span)
    this.#onAdded()
  }

  log(line: LogLine): void {
    if (this.#pending.logs >= pendingLogsMax || this.#pending.chars >= pendingCharsMax) {
      this.#dropped.logs += 1
      return
    }
    this.#pending.logs += 1
    this.#pending.chars += this.#open.addLine(line)
    this.#onAdded()
  }

  get dropped(): DroppedCounts {
    return { ...this.#dropped }
  }

  /** How many spans have come so far: changes when there is something new to see. */
  get recorded(): number {
    return this.#recorded + this.#pending.spans
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

  #onAdded(): void {
    if (this.#open.isFull) this.#full.push(this.#open.take())
    if (!this.#timer) this.#arm()
  }

  // Each confirmation continues it while there is a full flush.
  #drain(): void {
    if (!this.#hasPending() || this.#unconfirmed >= unconfirmedFlushesMax) return
    void this.#handOver().then(() => {
      if (this.#full.length > 0) this.#drain()
    })
  }

  #hasPending(): boolean {
    return this.#full.length > 0 || !this.#open.isEmpty
  }

  async #handOver(): Promise<void> {
    const flush = this.#full.shift() ?? this.#open.take()
    this.#pending.spans -= flush.spanCount
    this.#pending.logs -= flush.lineCount
    this.#pending.chars -= flush.chars
    this.#recorded += flush.spanCount
    this.#unconfirmed += 1
    try {
      await this.#thread.write(flush)
    } catch (error) {
      this.#dropped.spans += flush.spanCount
      this.#dropped.logs += flush.lineCount
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
