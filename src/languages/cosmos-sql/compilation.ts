import { CosmosSqlError, type CosmosSqlErrorCode, type SourceRange } from './cosmos-sql-error.ts'
import type { AggregateUse } from './aggregates.ts'
import type { RowBudget } from './row-budget.ts'
import type { Query } from './syntax-tree.ts'
import type { Value } from './values.ts'

/** The values of every alias, group key and aggregate while one row is looked at; each has a slot. */
export type Row = Value[]

/** A compiled expression. */
export type Evaluate = (row: Row) => Value

/** A compiled subquery: the values it gives for the row it stands in. */
export type EvaluateAll = (row: Row, options?: { readonly firstOnly?: boolean }) => readonly Value[]

/** A user-defined function, by the name after `udf.`. */
export type UserFunction = (...values: Value[]) => Value

/** What the parts of one query share while it is compiled. */
export interface Compilation {
  readonly text: string
  readonly parameters: ReadonlyMap<string, Value>
  readonly udfs: ReadonlyMap<string, UserFunction>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Compiles a subquery whose names may refer to the scope it stands in. */
  readonly compileSubquery: (query: Query, scope: Scope) => EvaluateAll
  /** What the subqueries may do for one row. */
  readonly budget: RowBudget
  /** Slots given out so far. */
  slotCount: number
}

/** The names that one query introduces, inside those of the query around it. */
export interface Scope {
  readonly names: Map<string, number>
  readonly parent?: Scope
  /** Set while expressions are compiled that see groups and not rows. */
  readonly grouping?: Grouping
  /** Set for the argument of an aggregate. */
  readonly isInsideAggregate?: boolean
}

/** What an expression over groups may use: the keys of GROUP BY and aggregates. */
export interface Grouping {
  /** Slots of the group keys, by the canonical text of their expression. */
  readonly keys: ReadonlyMap<string, number>
  readonly aggregates: AggregateUse[]
}

export function newSlot(compilation: Compilation): number {
  compilation.slotCount += 1
  return compilation.slotCount - 1
}

/** The error of a query that is well-formed but says something that cannot be. */
export function queryError(
  compilation: { readonly text: string },
  code: CosmosSqlErrorCode,
  message: string,
  range: SourceRange,
): CosmosSqlError {
  return new CosmosSqlError(code, message, {
    text: compilation.text,
    start: range.start,
    end: range.end,
  })
}
