import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../base/clock.ts'
import { stringMember, type JsonValue } from '../../base/json.ts'
import type { TraceContext } from '../../base/trace-context.ts'
import { compileQuery, type CompiledQuery } from '../../languages/cosmos-sql/compile.ts'
import { CosmosSqlError } from '../../languages/cosmos-sql/cosmos-sql-error.ts'
import type { ContainerScope } from './container-scope.ts'
import { badRequest } from './errors.ts'
import type { FeedPart } from './feed-part.ts'
import { beginItemSpan } from './item-span.ts'
import { queryPageRowsDefault, queryPageRowsMax } from './limits.ts'
import type { PartitionKeyValue } from './partition-key.ts'
import {
  formatContinuation,
  parseContinuation,
  SuspendedQueries,
  type RunningQuery,
} from './query-continuation.ts'
import { readForQuery } from './query-source.ts'
import { callsFunctions, openFunctions, type UserFunctions } from './scripts/user-functions.ts'

/** A parameter as the REST interface writes it: `{ name: '@id', value: 1 }`. */
export interface QueryParameter {
  readonly name: string
  readonly value: JsonValue
}

export interface QueryOptions {
  readonly parameters?: readonly QueryParameter[]
  /**
   * Only this partition; the first components of a hierarchical key are enough. `[undefined]` is the
   * partition of items without the property.
   */
  readonly partitionKey?: PartitionKeyValue
  /** Only this part of the container. */
  readonly part?: FeedPart | undefined
  readonly maxItemCount?: number
  /** Of the page before, for the same text and options. */
  readonly continuation?: string
  /** Whoever asks within a trace gets a span in it. */
  readonly trace?: TraceContext
}

export interface QueryPage {
  readonly items: readonly JsonValue[]
  /** Absent after the last page. */
  readonly continuation?: string
}

/** Runs queries of one container: https://learn.microsoft.com/azure/cosmos-db/nosql/query/ */
export class ItemQueries {
  readonly #scope: ContainerScope
  readonly #suspended: SuspendedQueries

  constructor(scope: ContainerScope) {
    this.#scope = scope
    this.#suspended = new SuspendedQueries(scope.clock)
  }

  all(text: string, options: QueryOptions): AsyncIterable<readonly JsonValue[]> {
    return this.#run(text, options)
  }

  async page(text: string, options: QueryOptions): Promise<QueryPage> {
    const count = pageRows(options.maxItemCount)
    const fingerprint = fingerprintOf(this.#scope, text, options)
    const running = await this.#resume(text, options, fingerprint)
    const items: JsonValue[] = []
    const finished = await take(running, count, items)
    if (finished) return { items }
    const ticket = this.#suspended.keep(running)
    return {
      items,
      continuation: formatContinuation({ fingerprint, given: running.given, ticket }),
    }
  }

  close(): void {
    this.#suspended.clear()
  }

  /** A kept query goes on; one that is gone runs again and leaves out the rows already given. */
  async #resume(text: string, options: QueryOptions, fingerprint: string): Promise<RunningQuery> {
    const start = (): RunningQuery => ({
      rows: this.#run(text, options)[Symbol.asyncIterator](),
      buffered: [],
      given: 0,
    })
    if (options.continuation === undefined) return start()
    const token = parseContinuation(options.continuation)
    if (token.fingerprint !== fingerprint) {
      throw badRequest('Invalid Continuation Token: it belongs to another query.')
    }
    const kept = this.#suspended.take(token)
    if (kept) return kept
    const again = start()
    await take(again, token.given, [])
    return again
  }

  /** What a query asks for, without running it. */
  async describe(text: string, parameters: readonly QueryParameter[]): Promise<CompiledQuery> {
    const scripts = callsFunctions(text) ? await this.#scope.scriptsOf('udfs').list() : []
    const names = scripts.map((script) => [stringMember(script, 'id') ?? '', nothing] as const)
    return compile(text, parameters, { clock: this.#scope.clock, udfs: Object.fromEntries(names) })
  }

  #run(text: string, options: QueryOptions): AsyncIterable<readonly JsonValue[]> {
    if (callsFunctions(text)) return this.#runWithFunctions(text, options)
    return this.#runWith(text, options, {})
  }

  async *#runWithFunctions(
    text: string,
    options: QueryOptions,
  ): AsyncGenerator<readonly JsonValue[]> {
    const engine = await this.#scope.scripts.engine()
    const opened = openFunctions(engine, await this.#scope.scriptsOf('udfs').list())
    try {
      yield* this.#runWith(text, options, opened.functions)
    } finally {
      opened.dispose()
    }
  }

  #runWith(
    text: string,
    options: QueryOptions,
    udfs: UserFunctions['functions'],
  ): AsyncIterable<readonly JsonValue[]> {
    const { clock } = this.#scope
    const compiled = compile(text, options.parameters ?? [], { clock, udfs })
    const source = readForQuery(this.#scope, compiled.pushdown, options)
    const rows = translated(compiled.run(source))
    return options.trace ? this.#traced(rows, text, options) : rows
  }
  // A run that is given up before its end reports nothing: it answered nobody.
  async *#traced(
    rows: AsyncIterable<readonly JsonValue[]>,
    text: string,
    options: QueryOptions,
  ): AsyncGenerator<readonly JsonValue[]> {
    const { clock, telemetry, resource } = this.#scope
    const { trace: parent } = options
    const span = beginItemSpan({ clock, telemetry, operation: 'query', resource, parent })
    const payload = [text, ...(options.parameters ?? []).map((each) => JSON.stringify(each))].join(
      '\n',
    )
    try {
      yield* rows
    } catch (error) {
      span.fail(error, payload)
      throw error
    }
    span.succeed(payload)
  }
}

function nothing(): undefined {
  return undefined
}

/** Compiles a query; what is wrong with it is Azure's 400 with the place in the text. */
export function compile(
  text: string,
  parameters: readonly QueryParameter[],
  { clock, udfs = {} }: { readonly clock: Clock; readonly udfs?: UserFunctions['functions'] },
): CompiledQuery {
  try {
    const now = (): number => clock.now()
    return compileQuery(text, { parameters, udfs, now, pause: () => setImmediate() })
  } catch (error) {
    throw faultOf(error)
  }
}

/** What a query gives of values that are at hand, such as the resources of a feed. */
export async function queryValues(
  text: string,
  parameters: readonly QueryParameter[],
  over: { readonly clock: Clock; readonly values: readonly JsonValue[] },
): Promise<readonly JsonValue[]> {
  const found: JsonValue[] = []
  const source = pageOf(over.values)
  for await (const rows of translated(compile(text, parameters, over).run(source))) {
    found.push(...rows)
  }
  return found
}

/** Azure's 400 of a query error; anything else is given back as it is. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof CosmosSqlError)) return error
  const { start, end, code, message, line, column } = error
  const errors = [{ severity: 'Error', location: { start, end }, code, message }]
  const details = { line, column, errors }
  return badRequest(JSON.stringify({ errors }), { details, cause: error })
}

async function* pageOf(values: readonly JsonValue[]): AsyncGenerator<readonly JsonValue[]> {
  yield values
}

async function* translated(
  rows: AsyncIterable<readonly JsonValue[]>,
): AsyncGenerator<readonly JsonValue[]> {
  try {
    yield* rows
  } catch (error) {
    throw faultOf(error)
  }
}

/** Moves rows into `items`; true when the query has no more rows after them. */
async function take(running: RunningQuery, count: number, items: JsonValue[]): Promise<boolean> {
  const goal = running.given + count
  for (;;) {
    const part = running.buffered.slice(0, goal - running.given)
    items.push(...part)
    running.given += part.length
    running.buffered = running.buffered.slice(part.length)
    if (running.buffered.length > 0) return false
    const next = await running.rows.next()
    if (next.done) return true
    running.buffered = next.value
  }
}

function pageRows(maxItemCount: number | undefined): number {
  if (maxItemCount === undefined || maxItemCount === -1) return queryPageRowsDefault
  if (Number.isInteger(maxItemCount) && maxItemCount > 0) {
    return Math.min(maxItemCount, queryPageRowsMax)
  }
  throw badRequest(
    `The value '${maxItemCount}' specified for the header 'x-ms-max-item-count' is invalid. ` +
      'The value must be -1 or a positive integer.',
  )
}

function fingerprintOf(scope: ContainerScope, text: string, options: QueryOptions): string {
  const { parameters = [], partitionKey, part } = options
  const key = partitionKey === undefined ? null : scope.partitionKey.prefixOf(partitionKey)
  const identity = JSON.stringify([scope.collection, text, parameters, key, part?.name])
  return createHash('sha256').update(identity).digest('base64url').slice(0, 22)
}
