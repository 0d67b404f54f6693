import { collectJourney, summarizeJourney } from './journey.ts'
import type { Flush } from './flush.ts'
import { invocationsMax, recentTracesMax, scannedTracesMax } from './limits.ts'
import { SpanFile } from './span-file.ts'
import type { SpanFileLimits } from './span-file.ts'
import { SpanReader } from './span-reader.ts'
import type {
  InvocationRecord,
  RecentTracesQuery,
  Trace,
  TraceSpan,
  TraceSummary,
} from './trace.ts'

/** Everything that is done with the file of spans; it runs in the worker thread. */
export class SpanArchive {
  readonly #file: SpanFile
  readonly #reader: SpanReader

  constructor(path: string, limits: Partial<SpanFileLimits> = {}) {
    this.#file = new SpanFile(path, limits)
    this.#reader = new SpanReader(this.#file)
  }

  /** Why an existing file was thrown away, if one was. */
  get replaced(): string | undefined {
    return this.#file.replaced
  }

  /** Keeps a flush and gives its spans. */
  write(flush: Flush): readonly TraceSpan[] {
    return this.#file.write(flush)
  }

  trace(traceId: string): Trace {
    return collectJourney(this.#reader, traceId)
  }

  /** Newest first. With a filter only the newest few thousand traces are looked at. */
  recentTraces(query: RecentTracesQuery): TraceSummary[] {
    const limit = Math.min(query.limit ?? recentTracesMax, recentTracesMax)
    const reader = this.#reader
    const found: TraceSummary[] = []
    let scanned = 0
    for (const traceId of reader.recentTraceIds()) {
      if (found.length >= limit || scanned >= scannedTracesMax) break
      scanned += 1
      const journey = summarizeJourney(reader, traceId)
      if (journey && matches(query, journey)) found.push(journey.summary)
    }
    return found
  }

  payload(id: string): string | undefined {
    return this.#reader.payload(id)
  }

  /** The newest runs of a function, `app/function`, newest first. */
  invocations(resource: string, limit: number): InvocationRecord[] {
    const reader = this.#reader
    return reader.invocationsOf(resource, Math.min(limit, invocationsMax)).map((span) => ({
      span,
      logs: reader.logsOf(span.traceId).filter((line) => line.spanId === span.spanId),
    }))
  }

  close(): void {
    this.#file.close()
  }
}

function matches(
  query: RecentTracesQuery,
  journey: { summary: TraceSummary; resources: ReadonlySet<string> },
): boolean {
  const wanted = query.resource?.toLowerCase()
  if (wanted && ![...journey.resources].some((name) => name.toLowerCase().includes(wanted))) {
    return false
  }
  if (query.status === undefined) return true
  return (query.status === 'error') === journey.summary.errors > 0
}
