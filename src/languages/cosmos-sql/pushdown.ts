import { usesAggregate } from './aggregates.ts'
import type { Compilation } from './compilation.ts'
import { constantOf } from './constant.ts'
import type { BinaryOperator, Expression, Query } from './syntax-tree.ts'
import type { Value } from './values.ts'

type Scalar = string | number | boolean | null

/** One condition that every document of the result meets. */
interface PushdownFilter {
  readonly path: readonly (string | number)[]
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'in'
  readonly values: readonly Scalar[]
}

/** What a store may apply early; the evaluator checks everything again. */
export interface Pushdown {
  readonly filters: readonly PushdownFilter[]
  /** Only when `c._ts` is the single key of ORDER BY. */
  readonly order?: 'ascending' | 'descending'
  /** So many documents suffice: only when nothing but the order decides which ones. */
  readonly limit?: number
}

type Parameters = Pick<Compilation, 'parameters'>

/** Finds what a store can do for a query. `page` is the query's OFFSET and LIMIT or TOP. */
export function findPushdown(
  compilation: Parameters,
  query: Query,
  page: { readonly offset: number; readonly limit: number },
): Pushdown {
  const root = rootOf(query)
  if (!root) return { filters: [] }
  const filters = query.where ? filtersOf(compilation, query.where, root) : []
  const order = orderOf(query, root)
  const mayLimit = isPlain(query) && (query.orderBy.length === 0 || order !== undefined)
  const documents = page.offset + page.limit
  return {
    filters,
    ...(order ? { order } : {}),
    ...(mayLimit && Number.isFinite(documents) ? { limit: documents } : {}),
  }
}

/** The alias of the container, and the path below it where the alias stands. */
interface Root {
  readonly alias: string
  readonly path: readonly (string | number)[]
}

function rootOf(query: Query): Root | undefined {
  const [source] = query.sources
  if (!source?.alias || source.iterate || source.from.kind === 'query') return undefined
  const { name } = source.alias
  return { alias: name, path: source.from.keys }
}

// Each of these either drops documents or looks at all of them.
function isPlain(query: Query): boolean {
  const [source] = query.sources
  return (
    query.sources.length === 1 &&
    source?.from.kind === 'path' &&
    source.from.keys.length === 0 &&
    !query.where &&
    !query.distinct &&
    query.groupBy.length === 0 &&
    givesOneResultEach(query)
  )
}

// A value may be undefined and then is no result; an object of the select list always is one.
function givesOneResultEach({ selection, sources }: Query): boolean {
  if (selection.kind === 'star') return true
  if (selection.kind === 'list') return !usesAggregate(selection)
  return selection.value.kind === 'name' && selection.value.name === sources[0]?.alias?.name
}

function orderOf(query: Query, root: Root): Pushdown['order'] {
  const [item] = query.orderBy
  if (!item || query.orderBy.length > 1) return undefined
  const path = pathOf(item.value, root)
  if (path?.length !== 1 || path[0] !== '_ts') return undefined
  return item.descending ? 'descending' : 'ascending'
}

/** The path from the document that an expression reads, when it reads one. */
function pathOf(expression: Expression, root: Root): readonly (string | number)[] | undefined {
  if (expression.kind === 'name') return expression.name === root.alias ? root.path : undefined
  if (expression.kind !== 'member' || expression.key.kind !== 'literal') return undefined
  const target = pathOf(expression.target, root)
  const key = expression.key.value
  if (!target || (typeof key !== 'string' && typeof key !== 'number')) return undefined
  return [...target, key]
}

function filtersOf(compilation: Parameters, where: Expression, root: Root): PushdownFilter[] {
  if (where.kind === 'binary' && where.operator === 'AND') {
    const { left, right } = where
    return [...filtersOf(compilation, left, root), ...filtersOf(compilation, right, root)]
  }
  if (where.kind === 'binary') {
    const { operator, left, right } = where
    const direct = filterOf(compilation, { operator, left, right }, root)
    const turned = turnedOperators[operator] ?? operator
    return (
      direct ?? filterOf(compilation, { operator: turned, left: right, right: left }, root) ?? []
    )
  }
  if (where.kind === 'between' && !where.negated) {
    const low = { operator: '>=', left: where.value, right: where.low } as const
    const high = { operator: '<=', left: where.value, right: where.high } as const
    return [low, high].flatMap((part) => filterOf(compilation, part, root) ?? [])
  }
  if (where.kind === 'in' && !where.negated) return membershipOf(compilation, where, root)
  return []
}

const turnedOperators: Partial<Record<BinaryOperator, BinaryOperator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function filterOf(
  compilation: Parameters,
  part: {
    readonly operator: BinaryOperator
    readonly left: Expression
    readonly right: Expression
  },
  root: Root,
): PushdownFilter[] | undefined {
  const { operator } = part
  const isEquality = operator === '='
  const isRange = operator === '<' || operator === '<=' || operator === '>' || operator === '>='
  const path = pathOf(part.left, root)
  const value = constantOf(compilation, part.right)?.value
  if (!isEquality && !isRange) return undefined
  if (!path || path.length === 0 || !isScalar(value)) return undefined
  // Ranges of booleans and null are legal but of no use to an index.
  if (isRange && typeof value !== 'number' && typeof value !== 'string') return undefined
  return [{ path, operator, values: [value] }]
}

function membershipOf(
  compilation: Parameters,
  where: Extract<Expression, { kind: 'in' }>,
  root: Root,
): PushdownFilter[] {
  const path = pathOf(where.value, root)
  const values = where.items.map((item) => constantOf(compilation, item)?.value)
  if (!path || path.length === 0 || !values.every(isScalar)) return []
  return [{ path, operator: 'in', values }]
}

function isScalar(value: Value): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}
