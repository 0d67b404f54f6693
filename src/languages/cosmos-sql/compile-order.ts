import { queryError, type Compilation, type Evaluate, type Scope } from './compilation.ts'
import { compileExpression } from './compile-expression.ts'
import { nameOfItem } from './select-names.ts'
import type { Expression, Query } from './syntax-tree.ts'

/** One key of ORDER BY. */
export interface OrderKey {
  readonly evaluate: Evaluate
  readonly descending: boolean
}

/**
 * Compiles ORDER BY. Its items must be paths of the document, since Azure reads them from an index.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/order-by
 */
export function compileOrder(compilation: Compilation, query: Query, scope: Scope): OrderKey[] {
  const [first] = query.orderBy
  if (first && query.groupBy.length > 0) {
    const message = "'ORDER BY' is not supported in presence of GROUP BY."
    throw queryError(compilation, 'SC9010', message, first.value)
  }
  return query.orderBy.map(({ value, descending }) => {
    const evaluate = compileExpression(compilation, value, scope)
    checkPath(compilation, query, value)
    return { evaluate, descending }
  })
}

function checkPath(compilation: Compilation, query: Query, item: Expression): void {
  const path = pathOf(item)
  const [source] = query.sources
  if (path && path.root !== source?.alias?.name) {
    const message = 'Order-by over correlated collections is not supported.'
    throw queryError(compilation, 'SC9011', message, item)
  }
  if (path && isDocumentPath(query, path.keys)) return
  const message =
    'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.'
  throw queryError(compilation, 'SC2206', message, item)
}

interface AliasPath {
  readonly root: string
  readonly keys: readonly (string | number)[]
}

function pathOf(expression: Expression): AliasPath | undefined {
  if (expression.kind === 'name') return { root: expression.name, keys: [] }
  if (expression.kind !== 'member' || expression.key.kind !== 'literal') return undefined
  const target = pathOf(expression.target)
  const { value } = expression.key
  if (!target || (typeof value !== 'string' && typeof value !== 'number')) return undefined
  return { root: target.root, keys: [...target.keys, value] }
}

/** True when keys below the first alias of FROM lead into the document, also through a subquery there. */
function isDocumentPath(query: Query, keys: AliasPath['keys']): boolean {
  const [source] = query.sources
  if (!source || source.iterate) return false
  if (source.from.kind === 'path') return true
  const inner = source.from.query
  const path = projectedPath(inner, keys)
  return (
    path !== undefined &&
    path.root === inner.sources[0]?.alias?.name &&
    isDocumentPath(inner, path.keys)
  )
}

function projectedPath(query: Query, keys: AliasPath['keys']): AliasPath | undefined {
  const { selection } = query
  const [first, ...rest] = keys
  if (selection.kind === 'star') {
    const root = query.sources[0]?.alias?.name
    return root === undefined ? undefined : { root, keys }
  }
  const isValue = selection.kind === 'value'
  const projected = isValue
    ? selection.value
    : selection.items.find((item) => nameOfItem(item) === first)?.value
  const path = projected && pathOf(projected)
  return path && { root: path.root, keys: [...path.keys, ...(isValue ? keys : rest)] }
}
