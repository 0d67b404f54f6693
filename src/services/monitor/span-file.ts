// Spans are written without waiting for the disk: a crash of the machine may lose or damage the file, and then
// it is replaced by an empty one, since nothing rests on it. A crash of the process alone loses one flush.
import { rmSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import { Connection } from '../../store/sqlite/connection.ts'
import type { Statement } from '../../store/sqlite/connection.ts'
import { decodeLines, decodeLineTraces, decodePayloads, decodeSpans } from './flush.ts'
import type { Flush, FlushLine } from './flush.ts'
import { flushItemsMax, keptBytesMax, keptLogsMax, keptSpansMax, segmentShare } from './limits.ts'
import { keysOf, Segment } from './segment.ts'
import type { FlushEntry } from './segment.ts'
import { applicationId, schema, schemaVersion } from './span-schema.ts'
import type { TraceSpan } from './trace.ts'

/** How much is kept; a test keeps less. */
export interface SpanFileLimits {
  readonly spans: number
  readonly logs: number
  readonly bytes: number
}

const defaultLimits: SpanFileLimits = {
  spans: keptSpansMax,
  logs: keptLogsMax,
  bytes: keptBytesMax,
}

/** The SQLite file of flushes with its index in memory, bounded: the oldest segment goes when it is full. */
export class SpanFile {
  readonly #path: string
  readonly #limits: SpanFileLimits
  #connection: Connection
  #statements: Statements
  #segments: Segment[] = []
  #lastNumber = 0
  /** Why an existing file was thrown away, if one was. */
  readonly replaced: string | undefined

  constructor(path: string, limits: Partial<SpanFileLimits> = {}) {
    this.#path = path
    this.#limits = { ...defaultLimits, ...limits }
    try {
      this.#connection = open(path)
    } catch (error) {
      this.replaced = messageOf(error)
      remove(path)
      this.#connection = open(path)
    }
    this.#statements = prepare(this.#connection)
    for (const entry of this.#statements.entries.iterate()) this.#add(toEntry(entry))
  }

  /** What is kept, oldest first. */
  get segments(): readonly Segment[] {
    return this.#segments
  }

  /** Writes a flush and gives its spans. A file that turns out to be damaged is replaced, and the flush is lost. */
  write(flush: Flush): readonly TraceSpan[] {
    const number = this.#lastNumber + 1
    const spans = decodeSpans(flush.spans, number)
    const entry = toFlushEntry(number, flush, spans)
    try {
      this.#insert(entry, flush)
    } catch (error) {
      this.#recover()
      throw error
    }
    this.#add(entry)
    this.#trim()
    return spans
  }

  /** The spans of a segment, in the order they ended. */
  spansOf(segment: Segment): TraceSpan[] {
    return this.#statements.spans
      .all(segment.first, segment.last)
      .flatMap(([number, bytes]) => decodeSpans(bytes, number))
  }

  linesOf(segment: Segment): FlushLine[] {
    return this.#statements.lines
      .all(segment.first, segment.last)
      .flatMap(([bytes]) => decodeLines(bytes))
  }

  /** The payloads of one flush. */
  payloadsOf(flushNumber: number): readonly string[] {
    const row = this.#statements.payloads.get(flushNumber)
    return row ? decodePayloads(row[0]) : []
  }

  close(): void {
    this.#connection.close()
  }

  #insert(entry: FlushEntry, flush: Flush): void {
    const { buffer, byteOffset, byteLength } = entry.keys
    this.#statements.insert.run(
      entry.number,
      flush.spanCount,
      flush.lineCount,
      entry.newestEndMs,
      new Uint8Array(buffer, byteOffset, byteLength),
      flush.spans,
      flush.lines,
      flush.payloads,
    )
  }

  #add(entry: FlushEntry): void {
    this.#lastNumber = entry.number
    const newest = this.#segments.at(-1)
    if (newest && this.#hasRoom(newest, entry)) newest.append(entry)
    else this.#segments.push(new Segment(entry))
  }

  #hasRoom(segment: Segment, entry: FlushEntry): boolean {
    const { spans, logs, bytes } = this.#limits
    return (
      segment.spanCount + entry.spanCount <= Math.min(flushItemsMax, spans * segmentShare) &&
      segment.lineCount + entry.lineCount <= Math.min(flushItemsMax, logs * segmentShare) &&
      segment.bytes + entry.bytes <= bytes * segmentShare
    )
  }

  #trim(): void {
    let [spans, lines, bytes] = [0, 0, 0]
    const limits = this.#limits
    const newestDropped = this.#segments.findLastIndex((segment, index) => {
      spans += segment.spanCount
      lines += segment.lineCount
      bytes += segment.bytes
      const full = spans > limits.spans || lines > limits.logs || bytes > limits.bytes
      return full && index < this.#segments.length - 1
    })
    const dropped = this.#segments.splice(0, newestDropped + 1).at(-1)
    if (dropped) this.#statements.drop.run(dropped.last)
  }

  #recover(): void {
    try {
      this.#connection.exec('SELECT count(span_count) FROM flushes')
    } catch {
      this.#connection.close()
      remove(this.#path)
      this.#connection = open(this.#path)
      this.#statements = prepare(this.#connection)
      this.#segments = []
    }
  }
}

function open(path: string): Connection {
  const connection = new Connection(path, { readOnly: false, busyTimeoutMs: 1_000 })
  try {
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    const [id = 0] = connection.prepare<[number]>('PRAGMA application_id').get() ?? []
    const [version = 0] = connection.prepare<[number]>('PRAGMA user_version').get() ?? []
    const [tables = 0] =
      connection.prepare<[number]>('SELECT count(*) FROM sqlite_schema').get() ?? []
    if (tables === 0) create(connection)
    else if (id !== applicationId || version !== schemaVersion) {
      throw new Error(`it has version ${version} where ${schemaVersion} is written`)
    }
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

function create(connection: Connection): void {
  connection.exec(`BEGIN; ${schema}
    PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`)
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

type EntryRow = [
  number: number,
  spanCount: number,
  lineCount: number,
  newestEndMs: number,
  keys: Uint8Array,
  bytes: number,
]

interface Statements {
  readonly insert: Statement<[]>
  readonly drop: Statement<[]>
  readonly entries: Statement<EntryRow>
  readonly spans: Statement<[number, Uint8Array]>
  readonly lines: Statement<[Uint8Array]>
  readonly payloads: Statement<[Uint8Array]>
}

function prepare(connection: Connection): Statements {
  return {
    insert: connection.prepare('INSERT INTO flushes VALUES (?,?,?,?,?,?,?,?)'),
    drop: connection.prepare('DELETE FROM flushes WHERE number <= ?'),
    entries: connection.prepare(`SELECT number, span_count, line_count, newest_end_ms, keys,
      length(keys) + length(spans) + length(lines) + length(payloads) FROM flushes ORDER BY number`),
    spans: connection.prepare(
      'SELECT number, spans FROM flushes WHERE number BETWEEN ? AND ? ORDER BY number',
    ),
    lines: connection.prepare(
      'SELECT lines FROM flushes WHERE number BETWEEN ? AND ? ORDER BY number',
    ),
    payloads: connection.prepare('SELECT payloads FROM flushes WHERE number = ?'),
  }
}

function toFlushEntry(number: number, flush: Flush, spans: readonly TraceSpan[]): FlushEntry {
  const keys = keysOf(spans, decodeLineTraces(flush.lines))
  let newestEndMs = 0
  for (const span of spans) newestEndMs = Math.max(newestEndMs, span.startMs + span.durationMs)
  return {
    number,
    spanCount: flush.spanCount,
    lineCount: flush.lineCount,
    bytes: keys.byteLength + flush.spans.length + flush.lines.length + flush.payloads.length,
    newestEndMs,
    keys,
  }
}

function toEntry(row: EntryRow): FlushEntry {
  const [number, spanCount, lineCount, newestEndMs, keys, bytes] = row
  // A copy, since 32-bit numbers need an aligned start.
  const aligned = new Uint32Array(Uint8Array.from(keys).buffer)
  return { number, spanCount, lineCount, bytes, newestEndMs, keys: aligned }
}
