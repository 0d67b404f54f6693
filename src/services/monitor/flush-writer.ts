import { serialize } from 'node:v8'
import type { LogLine, Span } from '../../base/telemetry.ts'
import { logLevels } from './flush.ts'
import type { Flush, LineColumns, SpanColumns } from './flush.ts'
import { flushItemsMax, linksMax, logCharsMax, payloadCharsMax, reasonCharsMax } from './limits.ts'

/**
 * Collects a flush in columns as spans and lines come. Their objects are not kept: thousands that wait for a
 * flush would be moved twice by the garbage collector.
 */
export class FlushWriter {
  #spans = new SpanWriter()
  #lines = new LineWriter()
  #chars = 0

  get isEmpty(): boolean {
    return this.#spans.count === 0 && this.#lines.count === 0
  }

  get isFull(): boolean {
    return this.#spans.count >= flushItemsMax || this.#lines.count >= flushItemsMax
  }

  /** Adds a span and gives the number of characters of its payload. */
  addSpan(span: Span): number {
    const chars = this.#spans.add(span)
    this.#chars += chars
    return chars
  }

  /** Adds a line and gives the number of characters of its message. */
  addLine(line: LogLine): number {
    const chars = this.#lines.add(line)
    this.#chars += chars
    return chars
  }

  /** Encodes what was collected and begins again. */
  take(): Flush {
    const flush = {
      spanCount: this.#spans.count,
      lineCount: this.#lines.count,
      chars: this.#chars,
      ...this.#spans.encode(),
      lines: this.#lines.encode(),
    }
    this.#spans = new SpanWriter()
    this.#lines = new LineWriter()
    this.#chars = 0
    return flush
  }
}

class SpanWriter {
  readonly #labels = new Numbered()
  readonly #payloads = new Numbered()
  readonly #traceIds: string[] = []
  readonly #spanIds: string[] = []
  readonly #parentIds: (string | undefined)[] = []
  readonly #reasons: (string | undefined)[] = []
  readonly #times: number[] = []
  readonly #figures: number[] = []
  readonly #linkTraceIds: string[] = []
  readonly #linkSpanIds: string[] = []
  readonly #linkCounts: number[] = []

  get count(): number {
    return this.#spanIds.length
  }

  add(span: Span): number {
    const payload = span.payload === undefined ? undefined : cut(span.payload, payloadCharsMax)
    this.#traceIds.push(span.context.traceId)
    this.#spanIds.push(span.context.spanId)
    this.#parentIds.push(span.parentSpanId)
    this.#reasons.push(span.reason === undefined ? undefined : cut(span.reason, reasonCharsMax))
    this.#times.push(span.startMs, span.durationMs)
    this.#figures.push(
      this.#labels.of(span.service),
      this.#labels.of(span.operation),
      this.#labels.of(span.resource),
      span.status === 'error' ? 1 : 0,
      payload === undefined ? 0 : this.#payloads.of(payload) + 1,
      span.payload?.length ?? 0,
    )
    this.#addLinks(span.links ?? [])
    // What is cut off is held too, until the flush is encoded.
    return span.payload?.length ?? 0
  }

  encode(): Pick<Flush, 'spans' | 'payloads'> {
    const columns: SpanColumns = {
      labels: this.#labels.texts,
      traceIds: this.#traceIds,
      spanIds: this.#spanIds,
      parentIds: this.#parentIds,
      reasons: this.#reasons,
      times: Float64Array.from(this.#times),
      figures: Uint32Array.from(this.#figures),
      linkTraceIds: this.#linkTraceIds,
      linkSpanIds: this.#linkSpanIds,
      linkCounts: Uint32Array.from(this.#linkCounts),
    }
    return { spans: serialize(columns), payloads: serialize(this.#payloads.texts) }
  }

  #addLinks(links: NonNullable<Span['links']>): void {
    const kept = Math.min(links.length, linksMax)
    for (const link of links.slice(0, kept)) {
      this.#linkTraceIds.push(link.traceId)
      this.#linkSpanIds.push(link.spanId)
    }
    this.#linkCounts.push(kept)
  }
}

class LineWriter {
  readonly #sources = new Numbered()
  readonly #traceIds: string[] = []
  readonly #spanIds: string[] = []
  readonly #messages: string[] = []
  readonly #times: number[] = []
  readonly #figures: number[] = []

  get count(): number {
    return this.#spanIds.length
  }

  add(line: LogLine): number {
    this.#traceIds.push(line.context.traceId)
    this.#spanIds.push(line.context.spanId)
    this.#messages.push(cut(line.message, logCharsMax))
    this.#times.push(line.timeMs)
    this.#figures.push(this.#sources.of(line.source), logLevels.indexOf(line.level))
    return line.message.length
  }

  encode(): Flush['lines'] {
    const columns: LineColumns = {
      sources: this.#sources.texts,
      traceIds: this.#traceIds,
      spanIds: this.#spanIds,
      messages: this.#messages,
      times: Float64Array.from(this.#times),
      figures: Uint32Array.from(this.#figures),
    }
    return serialize(columns)
  }
}

/** Numbers different texts in the order they come. */
class Numbered {
  readonly #numbers = new Map<string, number>()

  of(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(text, number)
    return number
  }

  get texts(): string[] {
    return [...this.#numbers.keys()]
  }
}

function cut(text: string, charsMax: number): string {
  return text.length > charsMax ? text.slice(0, charsMax) : text
}
