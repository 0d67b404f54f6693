// Spans are written without waiting for the disk: a crash of the machine may lose or damage the file, and then
// it is replaced by an empty one, since nothing rests on it. A crash of the process alone loses one flush.
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import type { LogLine } from '../../base/telemetry.ts'
import { Connection } from '../../store/sqlite/connection.ts'
import type { Statement } from '../../store/sqlite/connection.ts'
import { keptBytesMax, keptLogsMax, keptSpansMax, linksMax, trimShare } from './limits.ts'
import { logCharsMax, reasonCharsMax } from './limits.ts'
import type { RecordedSpan, SpanBatch } from './span-batch.ts'
import { applicationId, schema, schemaVersion } from './span-schema.ts'

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

/** The SQLite file of spans, payloads and log lines, bounded: the oldest goes when it is full. */
export class SpanFile {
  readonly #path: string
  readonly #limits: SpanFileLimits
  #connection: Connection
  #statements: Statements
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
  }

  /** The connection of readers; it changes when a damaged file is replaced. */
  get connection(): Connection {
    return this.#connection
  }

  /** Writes a batch whole. A file that turns out to be damaged is replaced, and the batch is lost. */
  write(batch: SpanBatch): void {
    try {
      this.#connection.exec('BEGIN')
      this.#insert(batch)
      this.#trim()
      this.#connection.exec('COMMIT')
    } catch (error) {
      this.#recover()
      throw error
    }
  }

  close(): void {
    this.#connection.close()
  }

  #insert(batch: SpanBatch): void {
    for (const span of batch.spans) this.#insertSpan(span)
    for (const line of batch.logs) this.#insertLog(line)
  }

  #insertSpan(span: RecordedSpan): void {
    const { context, links, payload } = span
    const statements = this.#statements
    const [seq = 0] = statements.nextSpan.get() ?? []
    const hash = payload === undefined ? null : hashOf(payload)
    statements.span.run(
      seq,
      context.traceId,
      context.spanId,
      span.parentSpanId ?? null,
      links ? JSON.stringify(links.slice(0, linksMax)) : null,
      span.service,
      span.operation,
      span.resource,
      span.startMs,
      span.durationMs,
      span.status === 'error' ? 1 : 0,
      span.reason?.slice(0, reasonCharsMax) ?? null,
      hash,
      span.payloadChars ?? payload?.length ?? null,
    )
    statements.trace.run(context.traceId, span.startMs, links?.length ? 1 : 0, seq)
    if (payload !== undefined) statements.payload.run(hash, payload, seq)
    for (const link of links?.slice(0, linksMax) ?? []) {
      statements.link.run(link.traceId, link.spanId, context.traceId, context.spanId, seq)
    }
  }

  #insertLog(line: LogLine): void {
    const { traceId, spanId } = line.context
    const message = line.message.slice(0, logCharsMax)
    this.#statements.log.run(traceId, spanId, line.source, line.timeMs, line.level, message)
  }

  #trim(): void {
    const statements = this.#statements
    const [first = 0, last = 0] = statements.spanRange.get() ?? []
    const count = last - first + 1
    const [bytes = 0] = statements.bytes.get() ?? []
    if (count > this.#limits.spans || bytes > this.#limits.bytes) {
      const cut = first + Math.ceil(count * trimShare)
      for (const statement of statements.trimSpans) statement.run(cut)
    }
    const [firstLog = 0, lastLog = 0] = statements.logRange.get() ?? []
    const logs = lastLog - firstLog + 1
    if (logs > this.#limits.logs || bytes > this.#limits.bytes) {
      statements.trimLogs.run(firstLog + Math.ceil(logs * trimShare))
    }
  }

  #recover(): void {
    try {
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK')
      this.#connection.exec('SELECT count(*) FROM traces')
    } catch {
      this.#connection.close()
      remove(this.#path)
      this.#connection = open(this.#path)
      this.#statements = prepare(this.#connection)
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

interface Statements {
  readonly nextSpan: Statement<[number]>
  readonly span: Statement<[]>
  readonly trace: Statement<[]>
  readonly payload: Statement<[]>
  readonly link: Statement<[]>
  readonly log: Statement<[]>
  readonly spanRange: Statement<[number, number]>
  readonly logRange: Statement<[number, number]>
  readonly bytes: Statement<[number]>
  readonly trimSpans: readonly Statement<[]>[]
  readonly trimLogs: Statement<[]>
}

function prepare(connection: Connection): Statements {
  return {
    nextSpan: connection.prepare('SELECT coalesce(max(seq), 0) + 1 FROM spans'),
    span: connection.prepare('INSERT INTO spans VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)'),
    trace: connection.prepare(`INSERT INTO traces VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET
      start_ms = min(start_ms, excluded.start_ms), continues = max(continues, excluded.continues),
      last_seq = excluded.last_seq`),
    payload: connection.prepare(`INSERT INTO payloads VALUES (?,?,?)
      ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq`),
    link: connection.prepare('INSERT INTO links VALUES (?,?,?,?,?)'),
    log: connection.prepare(`INSERT INTO logs (trace_id, span_id, source, time_ms, level, message)
      VALUES (?,?,?,?,?,?)`),
    spanRange: connection.prepare('SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM spans'),
    logRange: connection.prepare('SELECT coalesce(min(seq), 1), coalesce(max(seq), 0) FROM logs'),
    bytes: connection.prepare(`SELECT (page_count - freelist_count) * page_size
      FROM pragma_page_count, pragma_freelist_count, pragma_page_size`),
    trimSpans: [
      'DELETE FROM spans WHERE seq < ?',
      'DELETE FROM links WHERE seq < ?',
      'DELETE FROM traces WHERE last_seq < ?',
      'DELETE FROM payloads WHERE last_seq < ?',
    ].map((sql) => connection.prepare(sql)),
    trimLogs: connection.prepare('DELETE FROM logs WHERE seq < ?'),
  }
}

function hashOf(payload: string): string {
  return createHash('sha256').update(payload).digest('base64url').slice(0, 22)
}
