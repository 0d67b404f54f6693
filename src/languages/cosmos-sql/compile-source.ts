import { newSlot, queryError, type Compilation, type Row, type Scope } from './compilation.ts'
import type { CompiledSource } from './row-cursor.ts'
import type { Name, Path, Query, Source } from './syntax-tree.ts'
import { memberOf, type Value } from './values.ts'

/** Where a member of FROM stands. */
interface Place {
  readonly scope: Scope
  /** Where the document is, for the first member of FROM of a query over the container. */
  readonly containerSlot: number | undefined
}

/**
 * Compiles one member of FROM and brings its alias into scope. A first member that is itself a query over the
 * container takes that query's results for documents.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/from
 */
export function compileSource(
  compilation: Compilation,
  source: Source,
  { scope, containerSlot }: Place,
): CompiledSource {
  const values = sourceValues(compilation, source, { scope, containerSlot })
  const slot = newSlot(compilation)
  if (source.alias) declare(compilation, source.alias, { scope, slot })
  return { slot, values }
}

/** True for a query that stands in no other and reads documents: not one like `SELECT 1`. */
export function readsContainer(query: Query): boolean {
  const [source] = query.sources
  if (!source) return false
  return source.from.kind === 'path' || readsContainer(source.from.query)
}

function declare(
  compilation: Compilation,
  alias: Name,
  { scope, slot }: { readonly scope: Scope; readonly slot: number },
): void {
  if (scope.names.has(alias.name)) {
    const message = `The input alias '${alias.name}' is specified more than once in the FROM clause.`
    throw queryError(compilation, 'SC9003', message, alias)
  }
  scope.names.set(alias.name, slot)
}

function sourceValues(
  compilation: Compilation,
  source: Source,
  place: Place,
): (row: Row) => readonly Value[] {
  const { containerSlot, scope } = place
  if (
    source.from.kind === 'query' &&
    (containerSlot === undefined || !readsContainer(source.from.query))
  ) {
    const results = compilation.compileSubquery(source.from.query, scope)
    return source.iterate ? (row) => results(row).flatMap(elementsOf) : results
  }
  const read =
    source.from.kind === 'path'
      ? compilePath(compilation, source.from, place)
      : (row: Row) => row[containerSlot ?? 0]
  if (source.iterate) return (row) => elementsOf(read(row))
  return (row) => {
    const value = read(row)
    return value === undefined ? [] : [value]
  }
}

function elementsOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : []
}

function compilePath(
  compilation: Compilation,
  path: Path,
  { scope, containerSlot }: Place,
): (row: Row) => Value {
  const slot = lookUp(path.root.name, scope) ?? containerSlot
  if (slot === undefined) {
    const message = `Identifier '${path.root.name}' could not be resolved.`
    throw queryError(compilation, 'SC2001', message, path.root)
  }
  const { keys } = path
  if (keys.length === 0) return (row) => row[slot]
  return (row) => {
    let value = row[slot]
    for (const key of keys) value = memberOf(value, key)
    return value
  }
}

function lookUp(name: string, scope: Scope): number | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const slot = at.names.get(name)
    if (slot !== undefined) return slot
  }
  return undefined
}
