import type { JsonValue } from '../../base/json.ts'
import { newCollector, type Collector } from './collector.ts'
import {
  queryError,
  type Compilation,
  type EvaluateAll,
  type Row,
  type Scope,
} from './compilation.ts'
import { compileSelect, type SelectPlan } from './compile-select.ts'
import { resultPageRows, subqueryRowsMax } from './limits.ts'
import { ResultOutput } from './result-output.ts'
import type { RowBudget } from './row-budget.ts'
import { RowCursor } from './row-cursor.ts'
import type { Query } from './syntax-tree.ts'
import { WorkPace } from './work-pace.ts'

/** What running the outermost query needs besides its plan. */
export interface RunOptions {
  /** Where in the row the document stands. */
  readonly containerSlot: number
  readonly slotCount: number
  readonly budget: RowBudget
  /** False for a query like `SELECT 1`, which has one row whatever the container holds. */
  readonly readsContainer: boolean
  /** Waits until others had their turn. */
  readonly pause: (() => Promise<void>) | undefined
}

/**
 * Runs the outermost query over pages of documents. It rests whenever it has worked for a slice, whether or not
 * a document passed the filter, and reads no further page once LIMIT is reached.
 */
export async function* runQuery(
  plan: SelectPlan,
  pages: AsyncIterable<readonly JsonValue[]>,
  options: RunOptions,
): AsyncGenerator<readonly JsonValue[], void, undefined> {
  const run = new QueryRun(plan, options)
  if (!run.output.isFull) {
    for await (const page of options.readsContainer ? pages : noDocument()) {
      yield* run.paced(run.look(page))
      if (run.output.size > 0) yield run.output.take()
      if (run.output.isFull) break
    }
  }
  yield* run.paced(run.collector.finish())
  if (run.output.size > 0) yield run.output.take()
}

class QueryRun {
  readonly output: ResultOutput
  readonly collector: Collector
  readonly #plan: SelectPlan
  readonly #containerSlot: number
  readonly #row: Row
  readonly #cursor: RowCursor
  readonly #budget: RowBudget
  readonly #pace: WorkPace

  constructor(plan: SelectPlan, options: RunOptions) {
    this.#plan = plan
    this.#containerSlot = options.containerSlot
    this.#row = Array.from({ length: options.slotCount })
    this.#cursor = new RowCursor(plan.sources, this.#row)
    this.#budget = options.budget
    this.#pace = new WorkPace(options.pause)
    this.output = new ResultOutput(plan)
    this.collector = newCollector(plan, this.output, this.#row)
  }

  /** Takes the rows of a page; every step is one document or one row. */
  *look(page: readonly JsonValue[]): Iterable<void> {
    const { where } = this.#plan
    for (const document of page) {
      this.#row[this.#containerSlot] = document
      this.#cursor.restart()
      this.#budget.refill()
      yield
      while (!this.output.isFull && this.#cursor.next()) {
        if (where === undefined || where(this.#row) === true) this.collector.add(this.#row)
        yield
        this.#budget.refill()
      }
      if (this.output.isFull) return
    }
  }

  /** Goes through steps of work, rests between them, and hands on results by the page. */
  async *paced(steps: Iterable<void>): AsyncGenerator<readonly JsonValue[], void, undefined> {
    for (const _ of steps) {
      if (this.#pace.isDue()) await this.#pace.rest()
      if (this.output.size >= resultPageRows) yield this.output.take()
    }
  }
}

async function* noDocument(): AsyncGenerator<readonly JsonValue[], void, undefined> {
  yield [null]
}

/** Compiles a subquery into a function that gives its results for the row it stands in, at once. */
export function compileSubquery(compilation: Compilation, query: Query, scope: Scope): EvaluateAll {
  const plan = compileSelect(compilation, query, { scope })
  return (row, options) => {
    const limit = options?.firstOnly ? Math.min(plan.limit, 1) : plan.limit
    const output = new ResultOutput({ ...plan, limit })
    const collector = newCollector({ ...plan, limit }, output, row)
    const cursor = new RowCursor(plan.sources, row)
    while (!output.isFull && cursor.next()) {
      if (plan.where === undefined || plan.where(row) === true) collector.add(row)
      if (!compilation.budget.spend()) {
        const message = `The subqueries looked at more than ${subqueryRowsMax} rows for one row of the query.`
        throw queryError(compilation, 'SC9014', message, query)
      }
    }
    for (const _ of collector.finish()) if (output.isFull) break
    return output.take()
  }
}
