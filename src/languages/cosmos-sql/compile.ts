import type { JsonValue } from '../../base/json.ts'
import type { Compilation, UserFunction } from './compilation.ts'
import { compileSelect } from './compile-select.ts'
import { parseQuery } from './parse-query.ts'
import { findPushdown, type Pushdown } from './pushdown.ts'
import { describeQuery, type QueryPlan } from './query-plan.ts'
import { compileSubquery, runQuery } from './run-query.ts'

export interface QueryOptions {
  readonly parameters?: readonly { readonly name: string; readonly value: JsonValue }[]
  /** User-defined functions by the name that follows `udf.`. */
  readonly udfs?: Readonly<Record<string, UserFunction>>
  /** Milliseconds since the Unix epoch, for the functions that tell the time. */
  readonly now?: () => number
  /** Waits until others had their turn; a long query calls it between slices of work. */
  readonly pause?: () => Promise<void>
}

/** A query, checked and ready to run any number of times. */
export interface CompiledQuery {
  readonly pushdown: Pushdown
  readonly plan: QueryPlan
  /** Runs over pages of documents and gives pages of results. */
  run(pages: AsyncIterable<readonly JsonValue[]>): AsyncIterable<readonly JsonValue[]>
  /** The value a path of the document must equal, when WHERE says so: it may name the only partition. */
  equalityOn(path: readonly (string | number)[]): JsonValue | undefined
}

/** Compiles a query, or throws `CosmosSqlError`: https://learn.microsoft.com/azure/cosmos-db/nosql/query/ */
export function compileQuery(text: string, options: QueryOptions = {}): CompiledQuery {
  const query = parseQuery(text)
  const containerSlot = 0
  const compilation: Compilation = {
    text,
    parameters: new Map(options.parameters?.map(({ name, value }) => [name, value])),
    udfs: new Map(Object.entries(options.udfs ?? {})),
    now: options.now ?? (() => performance.timeOrigin + performance.now()),
    compileSubquery: (inner, scope) => compileSubquery(compilation, inner, scope),
    slotCount: containerSlot + 1,
  }
  const select = compileSelect(compilation, query, { containerSlot })
  const pushdown = findPushdown(compilation, query, select)
  const { slotCount } = compilation
  return {
    pushdown,
    plan: describeQuery(text, query, select),
    run: (pages) => runQuery(select, pages, { containerSlot, slotCount, pause: options.pause }),
    equalityOn: (path) => equalityOn(pushdown, path),
  }
}

function equalityOn(pushdown: Pushdown, path: readonly (string | number)[]): JsonValue | undefined {
  const key = JSON.stringify(path)
  const filter = pushdown.filters.find(
    ({ operator, path: filtered }) => operator === '=' && JSON.stringify(filtered) === key,
  )
  return filter?.values[0]
}
