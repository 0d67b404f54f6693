import { usesAggregate, type AggregateUse } from './aggregates.ts'
import {
  newSlot,
  queryError,
  type Compilation,
  type Evaluate,
  type Grouping,
  type Scope,
} from './compilation.ts'
import { compileExpression, compileObject } from './compile-expression.ts'
import { compileOrder, type OrderKey } from './compile-order.ts'
import { compileSource } from './compile-source.ts'
import type { SourceRange } from './cosmos-sql-error.ts'
import { expressionKey } from './expression-key.ts'
import type { CompiledSource } from './row-cursor.ts'
import { nameOfItem } from './select-names.ts'
import type { Count, Query, SelectItem } from './syntax-tree.ts'

/** A query, compiled: where its rows come from and what becomes of them. */
export interface SelectPlan {
  readonly sources: readonly CompiledSource[]
  readonly where: Evaluate | undefined
  readonly grouping: GroupPlan | undefined
  readonly project: Evaluate
  readonly order: readonly OrderKey[]
  readonly distinct: boolean
  readonly offset: number
  /** Infinity when the query has neither TOP nor LIMIT. */
  readonly limit: number
}

/** The values that make a group, and what is reckoned over its rows; without keys all rows are one group. */
export interface GroupPlan {
  readonly keys: readonly { readonly slot: number; readonly evaluate: Evaluate }[]
  readonly aggregates: readonly AggregateUse[]
}

/** Compiles a query; `containerSlot` is where the document stands, and absent for a subquery. */
export function compileSelect(
  compilation: Compilation,
  query: Query,
  around: {
    readonly scope?: Scope
    readonly containerSlot?: number
    readonly isOutermost?: boolean
  },
): SelectPlan {
  if (!around.isOutermost) refuseClauses(compilation, query)
  const scope: Scope = around.scope
    ? { names: new Map(), parent: around.scope }
    : { names: new Map() }
  const sources = query.sources.map((source, index) =>
    compileSource(compilation, source, {
      scope,
      containerSlot: index === 0 ? around.containerSlot : undefined,
    }),
  )
  const where = query.where && compileExpression(compilation, query.where, scope)
  const { project, grouping } = compileProjection(compilation, query, { scope, sources })
  const order = compileOrder(compilation, query, scope)
  const { distinct } = query
  return { sources, where, grouping, project, order, distinct, ...compilePage(compilation, query) }
}

// A subquery has no order and no count of its own.
function refuseClauses(compilation: Compilation, query: Query): void {
  const [order] = query.orderBy
  const refused = (
    code: 'SC2202' | 'SC2203' | 'SC2204',
    clause: string,
    range: SourceRange,
  ): Error => queryError(compilation, code, `'${clause}' is not supported in subqueries.`, range)
  if (order) throw refused('SC2202', 'ORDER BY', order.value)
  if (query.top) throw refused('SC2203', 'TOP', query.top)
  if (query.offset) throw refused('SC2204', 'OFFSET LIMIT', query.offset)
}

function compileProjection(
  compilation: Compilation,
  query: Query,
  { scope, sources }: { readonly scope: Scope; readonly sources: readonly CompiledSource[] },
): { project: Evaluate; grouping: GroupPlan | undefined } {
  const { selection } = query
  if (selection.kind === 'star')
    return { project: compileStar(compilation, { query, selection }, sources), grouping: undefined }
  const isGrouped = query.groupBy.length > 0 || usesAggregate(selection)
  const keys = query.groupBy.map((expression) => ({
    slot: newSlot(compilation),
    evaluate: compileExpression(compilation, expression, scope),
  }))
  const grouping: Grouping = {
    keys: new Map(
      query.groupBy.map((expression, index) => [
        expressionKey(expression),
        keys[index]?.slot ?? -1,
      ]),
    ),
    aggregates: [],
  }
  const inside: Scope = isGrouped ? { ...scope, grouping } : scope
  const project =
    selection.kind === 'value'
      ? compileExpression(compilation, selection.value, inside)
      : compileList(compilation, selection.items, inside)
  return { project, grouping: isGrouped ? { keys, aggregates: grouping.aggregates } : undefined }
}

function compileStar(
  compilation: Compilation,
  { query, selection }: { readonly query: Query; readonly selection: SourceRange },
  sources: readonly CompiledSource[],
): Evaluate {
  const [source] = sources
  if (!source) {
    const message = "'SELECT *' is not valid if FROM clause is omitted."
    throw queryError(compilation, 'SC9005', message, selection)
  }
  if (sources.length > 1 || query.groupBy.length > 0) {
    const message = "'SELECT *' is only valid with a single input set."
    throw queryError(compilation, 'SC2040', message, selection)
  }
  return (row) => row[source.slot]
}

function compileList(
  compilation: Compilation,
  items: readonly SelectItem[],
  scope: Scope,
): Evaluate {
  const used = new Set<string>()
  let unnamed = 0
  const properties = items.map((item) => {
    const name = nameOfItem(item) ?? `$${(unnamed += 1)}`
    if (used.has(name)) {
      const message = `Cannot create an object with duplicate property name '${name}'.`
      throw queryError(compilation, 'SC9004', message, item.alias ?? item.value)
    }
    used.add(name)
    return { name, value: compileExpression(compilation, item.value, scope) }
  })
  return compileObject(properties)
}

function compilePage(
  compilation: Compilation,
  query: Query,
): { readonly offset: number; readonly limit: number } {
  const top = countOf(compilation, query.top) ?? Infinity
  const offset = countOf(compilation, query.offset) ?? 0
  const limit = countOf(compilation, query.limit) ?? Infinity
  if (query.top && query.limit) {
    const message = "'TOP' cannot be used together with 'OFFSET LIMIT'."
    throw queryError(compilation, 'SC9009', message, query.top)
  }
  return { offset, limit: Math.min(top, limit) }
}

function countOf(compilation: Compilation, count: Count | undefined): number | undefined {
  if (!count) return undefined
  if (typeof count.value === 'number') return count.value
  const value = compilation.parameters.get(count.value.parameter)
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  const message = `The value of '${count.value.parameter}' must be a non-negative integer.`
  throw queryError(compilation, 'SC9007', message, count)
}
