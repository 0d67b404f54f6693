import type { JsonValue } from '../../base/json.ts'
import type { Compilation, UserFunction } from './compilation.ts'
import { compileSelect, type SelectPlan } from './compile-select.ts'
import { readsContainer } from './compile-source.ts'
import { checkNumbers } from './number-check.ts'
import { parseQuery } from './parse-query.ts'
import { findPushdown, type Pushdown } from './pushdown.ts'
import { describeQuery, type QueryPlan } from './query-plan.ts'
import { RowBudget } from './row-budget.ts'
import { compileSubquery, runQuery } from './run-query.ts'
import type { Query } from './syntax-tree.ts'

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
  const { select, pushdown, run } = compileStage(text, query, { ...options, isOutermost: true })
  return {
    pushdown,
    plan: describeQuery(text, query, select),
    run,
    equalityOn: (path) => equalityOn(pushdown, path),
  }
}

interface Stage extends Pick<CompiledQuery, 'pushdown' | 'run'> {
  readonly select: SelectPlan
}

/** Compiles a query over the container; one in its FROM is a stage of its own, whose results it takes for documents. */
function compileStage(
  text: string,
  query: Query,
  options: QueryOptions & { readonly isOutermost: boolean },
): Stage {
  const containerSlot = 0
  const compilation = newCompilation(text, options, containerSlot + 1)
  const { isOutermost, pause } = options
  const plan = compileSelect(compilation, query, { containerSlot, isOutermost })
  const select = isOutermost ? { ...plan, project: checkNumbers(text, query, plan.project) } : plan
  const { slotCount, budget } = compilation
  const inner = innerStage(text, query, options)
  const runOptions = {
    containerSlot,
    slotCount,
    budget,
    pause,
    readsContainer: readsContainer(query),
  }
  return {
    select,
    pushdown: inner?.pushdown ?? findPushdown(compilation, query, select),
    run: (pages) => runQuery(select, inner ? inner.run(pages) : pages, runOptions),
  }
}

function newCompilation(text: string, options: QueryOptions, slotCount: number): Compilation {
  const compilation: Compilation = {
    text,
    parameters: new Map(options.parameters?.map(({ name, value }) => [name, value])),
    udfs: new Map(Object.entries(options.udfs ?? {})),
    now: options.now ?? (() => performance.timeOrigin + performance.now()),
    compileSubquery: (query, scope) => compileSubquery(compilation, query, scope),
    budget: new RowBudget(),
    slotCount,
  }
  return compilation
}

function innerStage(text: string, query: Query, options: QueryOptions): Stage | undefined {
  const [source] = query.sources
  if (source?.from.kind !== 'query' || !readsContainer(source.from.query)) return undefined
  const stage = compileStage(text, source.from.query, { ...options, isOutermost: false })
  // What sorts or bounds the results of this stage says nothing of the documents below it.
  return { ...stage, pushdown: { filters: stage.pushdown.filters } }
}

function equalityOn(pushdown: Pushdown, path: readonly (string | number)[]): JsonValue | undefined {
  const key = JSON.stringify(path)
  const filter = pushdown.filters.find(
    ({ operator, path: filtered }) => operator === '=' && JSON.stringify(filtered) === key,
  )
  return filter?.values[0]
}
