import { setImmediate } from 'node:timers/promises'
import type { JsonValue } from '../../base/json.ts'
import type { Pushdown } from '../../languages/cosmos-sql/pushdown.ts'
import type { DocumentFilter, DocumentScan, StoredDocument } from '../../store/documents.ts'
import type { ContainerScope } from './container-scope.ts'
import { badRequest } from './errors.ts'
import type { FeedPart } from './feed-part.ts'
import { isSystemProperty, itemValue } from './item.ts'
import { documentsPerTurn } from './limits.ts'
import { valueAtPath, type PartitionKeyComponent, type PartitionKeyValue } from './partition-key.ts'

/** What a query is limited to. */
export interface QueryReach {
  readonly partitionKey?: PartitionKeyValue
  readonly part?: FeedPart | undefined
}

/** What a query reads: one item, one partition, or the container or a part of it. */
export async function* readForQuery(
  scope: ContainerScope,
  pushdown: Pushdown,
  { partitionKey, part }: QueryReach,
): AsyncGenerator<readonly JsonValue[]> {
  const named = partitionKey === undefined ? undefined : namedComponents(scope, partitionKey)
  const filters = pushdown.filters.filter(({ path }) => !isSystemProperty(String(path[0])))
  const partition =
    partitionOf(scope, named) ?? partitionOf(scope, pinnedComponents(scope, filters))
  const id = pinnedId(filters)
  if (partition !== undefined && id !== undefined) {
    const { collection } = scope
    const stored = await scope.store.getDocument({ collection, partition, id })
    if (stored && holds(part, stored)) yield* parsed(scope, [stored], named)
    return
  }
  const exact = filters.length === pushdown.filters.length && isWhole(scope, named) && !part
  const { order, limit } = pushdown
  const scan: DocumentScan = {
    collection: scope.collection,
    filters,
    ...(partition === undefined ? {} : { partition }),
    ...(order === undefined ? {} : { order }),
    ...(limit === undefined || !exact ? {} : { limit }),
  }
  for await (const page of scope.store.scan(scan)) {
    yield* parsed(scope, part ? page.filter((stored) => holds(part, stored)) : page, named)
  }
}

function holds(part: FeedPart | undefined, { partition }: StoredDocument): boolean {
  return part?.holds(partition) ?? true
}

// Parsing holds up the event loop, so it is done a bite at a time.
async function* parsed(
  scope: ContainerScope,
  documents: readonly StoredDocument[],
  named: readonly PartitionKeyComponent[] | undefined,
): AsyncGenerator<readonly JsonValue[]> {
  for (let start = 0; start < documents.length; start += documentsPerTurn) {
    if (start > 0) await setImmediate()
    const items = documents
      .slice(start, start + documentsPerTurn)
      .map((document) => itemValue(document, scope))
    const paths = scope.partitionKey.paths
    yield named && named.length < paths.length
      ? items.filter((item) =>
          named.every((value, at) => valueAtPath(item, paths[at] ?? []) === value),
        )
      : items
  }
}

function namedComponents(
  scope: ContainerScope,
  partitionKey: PartitionKeyValue,
): readonly PartitionKeyComponent[] {
  const components = scope.partitionKey.components(partitionKey)
  if (components.length > 0 && components.length <= scope.partitionKey.paths.length) {
    return components
  }
  throw badRequest(
    'The partition key supplied has another number of components than defined in the collection.',
    { substatus: 1001 },
  )
}

function isWhole(
  scope: ContainerScope,
  named: readonly PartitionKeyComponent[] | undefined,
): boolean {
  return named === undefined || named.length === scope.partitionKey.paths.length
}

function partitionOf(
  scope: ContainerScope,
  components: readonly PartitionKeyComponent[] | undefined,
): string | undefined {
  if (components?.length !== scope.partitionKey.paths.length) return undefined
  return scope.partitionKey.partitionOf(components)
}

/** The partition key that the filters name by equality, if they name all of it. */
function pinnedComponents(
  scope: ContainerScope,
  filters: readonly DocumentFilter[],
): readonly PartitionKeyComponent[] | undefined {
  const components: PartitionKeyComponent[] = []
  for (const path of scope.partitionKey.paths) {
    const filter = filters.find((candidate) => isEquality(candidate, path))
    if (!filter) return undefined
    components.push(filter.values[0])
  }
  return components
}

function pinnedId(filters: readonly DocumentFilter[]): string | undefined {
  const value = filters.find((filter) => isEquality(filter, ['id']))?.values[0]
  return typeof value === 'string' ? value : undefined
}

function isEquality(filter: DocumentFilter, path: readonly string[]): boolean {
  const isOne = filter.operator === '=' || filter.operator === 'in'
  if (!isOne || filter.values.length !== 1 || filter.path.length !== path.length) return false
  return path.every((segment, index) => filter.path[index] === segment)
}
