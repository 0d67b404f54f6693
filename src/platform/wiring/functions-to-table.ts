/**
 * The `table` output of functions -> entities of a storage table. It makes entities, and the table where there is
 * none; one that is there is replaced only where the row says so by an etag.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-table-output
 */
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../base/json.ts'
import { formatTraceparent } from '../../base/trace-context.ts'
import type { OutputSink } from '../../services/functions/extension.ts'
import type { OutputValue } from '../../services/functions/output-values.ts'
import type { Storage } from '../../services/storage/service.ts'
import {
  ChangeRefused,
  changedId,
  type EntityChange,
} from '../../services/storage/table/entities.ts'
import type { EntityProperty } from '../../services/storage/table/entity.ts'
import { transactionCountMax } from '../../services/storage/table/limits.ts'
import { readTableBinding } from './table-binding.ts'

export function functionsToTable(storage: Storage): OutputSink {
  return {
    type: 'table',
    open: async (context) => {
      const binding = readTableBinding(storage, context)
      return async ({ values, traceOf, bindingData }) => {
        if (values.length === 0) return
        const keys = {
          partitionKey: binding.partitionKey?.(bindingData),
          rowKey: binding.rowKey?.(bindingData),
        }
        const changes = values.map((value) => changeOf(rowOf(value), keys))
        const table = await storage.tables.ensure(binding.account, binding.tableName(bindingData))
        const trace = formatTraceparent(traceOf(0))
        for (const group of transactionsOf(changes)) {
          try {
            await storage.entities.changeAll(table, group, trace)
          } catch (error) {
            throw error instanceof ChangeRefused ? error.fault : error
          }
        }
      }
    },
  }
}

function rowOf(value: OutputValue): JsonObject {
  const row = value.kind === 'json' ? parseJson(value.text) : undefined
  if (isJsonObject(row)) return row
  throw new Error('A table output takes objects with PartitionKey and RowKey.')
}

/** Changes of one partition go together, as many as a transaction takes; one of the same entity begins another. */
function transactionsOf(changes: readonly EntityChange[]): readonly EntityChange[][] {
  const groups: EntityChange[][] = []
  const open = new Map<string, { readonly group: EntityChange[]; readonly ids: Set<string> }>()
  for (const change of changes) {
    const id = changedId(change)
    let current = open.get(change.partitionKey)
    if (!current || current.ids.has(id) || current.group.length >= transactionCountMax) {
      current = { group: [], ids: new Set() }
      open.set(change.partitionKey, current)
      groups.push(current.group)
    }
    current.group.push(change)
    current.ids.add(id)
  }
  return groups
}

function changeOf(
  row: JsonObject,
  keys: { readonly partitionKey: string | undefined; readonly rowKey: string | undefined },
): EntityChange {
  let { partitionKey, rowKey } = keys
  let etag: string | undefined
  const properties = new Map<string, EntityProperty>()
  for (const [name, value] of Object.entries(row)) {
    const property = propertyOf(value)
    if (!property) continue
    const lower = name.toLowerCase()
    if (lower === 'partitionkey') partitionKey = String(property.value)
    else if (lower === 'rowkey') rowKey = String(property.value)
    else if (lower === 'etag') etag = String(property.value)
    else if (lower !== 'timestamp') properties.set(name, property)
  }
  if (partitionKey === undefined || rowKey === undefined) {
    throw new Error('A row of a table output needs PartitionKey and RowKey.')
  }
  const key = { partitionKey, rowKey, properties }
  if (etag === undefined) return { ...key, kind: 'insert' }
  return { ...key, kind: 'replace', ...(etag === '*' ? {} : { etag }) }
}

// Whole numbers are Int64 there, and what is not plain is its JSON.
function propertyOf(value: JsonValue): EntityProperty | undefined {
  if (value === null) return undefined
  if (typeof value === 'string') return { type: 'Edm.String', value }
  if (typeof value === 'boolean') return { type: 'Edm.Boolean', value }
  if (typeof value === 'object') {
    return { type: 'Edm.String', value: JSON.stringify(value, undefined, 2) }
  }
  return Number.isSafeInteger(value)
    ? { type: 'Edm.Int64', value: String(value) }
    : { type: 'Edm.Double', value }
}
