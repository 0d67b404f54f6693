import { aggregateNames } from './aggregates.ts'
import type { Expression, Query } from './syntax-tree.ts'

/** What Azure's answer to a query-plan request says of a query, in its words. */
export interface QueryPlan {
  readonly distinctType: 'None' | 'Ordered' | 'Unordered'
  readonly top: number | null
  readonly offset: number | null
  readonly limit: number | null
  readonly orderBy: readonly ('Ascending' | 'Descending')[]
  readonly orderByExpressions: readonly string[]
  readonly groupByExpressions: readonly string[]
  readonly aggregates: readonly string[]
  readonly hasSelectValue: boolean
}

/** Describes a query as the gateway does: https://learn.microsoft.com/rest/api/cosmos-db/query-documents */
export function describeQuery(
  text: string,
  query: Query,
  page: { readonly offset: number; readonly limit: number },
): QueryPlan {
  const sourceOf = (expression: Expression): string => text.slice(expression.start, expression.end)
  const orderByExpressions = query.orderBy.map((item) => sourceOf(item.value))
  const limit = Number.isFinite(page.limit) ? page.limit : null
  return {
    distinctType: distinctTypeOf(query, orderByExpressions.length),
    top: query.top ? limit : null,
    offset: query.offset ? page.offset : null,
    limit: query.limit ? limit : null,
    orderBy: query.orderBy.map((item) => (item.descending ? 'Descending' : 'Ascending')),
    orderByExpressions,
    groupByExpressions: query.groupBy.map(sourceOf),
    aggregates: aggregateNames(query.selection),
    hasSelectValue: query.selection.kind === 'value',
  }
}

function distinctTypeOf(query: Query, orderKeys: number): QueryPlan['distinctType'] {
  if (!query.distinct) return 'None'
  return orderKeys > 0 ? 'Ordered' : 'Unordered'
}
