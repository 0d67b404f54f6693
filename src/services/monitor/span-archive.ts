import { collectJourney, summarizeJourney } from './journey.ts'
import type { JourneySource } from './journey.ts'
import { invocationsMax, recentTracesMax, scannedTracesMax } from './limits.ts'
import type { SpanBatch } from './span-batch.ts'
import { SpanFile } from './span-file.ts'
import type { SpanFileLimits } from './span-file.ts'
import { SpanReader } from './span-reader.ts'
import type { InvocationRecord, RecentTracesQuery, Trace, TraceSummary } from './trace.ts'

/** Everything that is done with the file of spans; it runs in the worker thread. */
export class SpanArchive {
  readonly #file: SpanFile

  constructor(path: string, limits: Partial<SpanFileLimits> = {}) {
    this.#file = new SpanFile(path, limits)
  }

  /** Why an existing file was thrown away, if one was. */
  get replaced(): string | undefined {
    return this.#file.replaced
  }

  write(batch: SpanBatch): void {
    this.#file.write(batch)
  }

  trace(traceId: string): Trace {
    return collectJourney(this.#reader(), traceId)
  }

  /** Newest first. With a filter only the newest few thousand traces are looked at. */
  recentTraces(query: RecentTracesQuery): TraceSummary[] {
    const limit = Math.min(query.limit ?? recentTracesMax, recentTracesMax)
    const filtered = query.resource !== undefined || query.status !== undefined
    const source = remembering(this.#reader())
    const found: TraceSummary[] = []
    for (const traceId of this.#reader().recentTraceIds(filtered ? scannedTracesMax : limit)) {
      if (found.length >= limit) break
      const journey = summarizeJourney(source, traceId)
      if (journey && matches(query, journey)) found.push(journey.summary)
    }
    return found
  }

  payload(hash: string): string | undefined {
    return this.#reader().payload(hash)
  }

  /** The newest runs of a function, `app/function`, newest first. */
  invocations(resource: string, limit: number): InvocationRecord[] {
    const reader = this.#reader()
    return reader.invocationsOf(resource, Math.min(limit, invocationsMax)).map((span) => ({
      span,
      logs: reader.logsOf(span.traceId).filter((line) => line.spanId === span.spanId),
    }))
  }

  close(): void {
    this.#file.close()
  }

  #reader(): SpanReader {
    return new SpanReader(this.#file.connection)
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

// One batch is part of the journeys of all its items: it is read once for a list.
function remembering(reader: SpanReader): JourneySource {
  const spans = new Map<string, ReturnType<SpanReader['spansOf']>>()
  return {
    spansOf: (traceId) => {
      const known = spans.get(traceId) ?? reader.spansOf(traceId)
      spans.set(traceId, known)
      return known
    },
    continuationsOf: (traceId) => reader.continuationsOf(traceId),
    logsOf: (traceId) => reader.logsOf(traceId),
  }
}
