import { CosmosSqlError } from './cosmos-sql-error.ts'
import type { Evaluate } from './compilation.ts'
import { subexpressions } from './subexpressions.ts'
import type { Expression, Query } from './syntax-tree.ts'
import type { Value } from './values.ts'

/**
 * Division by zero compares as infinity, but a result that holds such a number fails the query: JSON has no
 * word for it. Queries that hand on what the documents hold are not checked.
 */
export function checkNumbers(text: string, query: Query, project: Evaluate): Evaluate {
  if (!calculates(query)) return project
  return (row) => {
    const value = project(row)
    if (!isRepresentable(value)) {
      const message = 'The query result holds a number that cannot be represented in JSON.'
      throw new CosmosSqlError('SC9016', message, { text, start: query.start, end: query.end })
    }
    return value
  }
}

function calculates({ selection, sources }: Query): boolean {
  if (sources.some((source) => source.from.kind === 'query')) return true
  switch (selection.kind) {
    case 'star':
      return false
    case 'value':
      return mayCalculate(selection.value)
    case 'list':
      return selection.items.some((item) => mayCalculate(item.value))
  }
}

function mayCalculate(expression: Expression): boolean {
  if (expression.kind === 'name') return expression.name === 'NaN' || expression.name === 'Infinity'
  const isPlain = ['literal', 'parameter', 'array', 'object', 'member'].includes(expression.kind)
  return !isPlain || subexpressions(expression).some(mayCalculate)
}

function isRepresentable(value: Value): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  const members = Array.isArray(value) ? value : Object.values(value)
  return members.every(isRepresentable)
}
