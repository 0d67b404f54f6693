/**
 * Entities of a storage table -> the `table` input of functions: one, or those that a filter finds.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-table-input
 */
import type { JsonObject } from '../../base/json.ts'
import type { Filter } from '../../languages/odata-filter/filter.ts'
import { parseFilter } from '../../languages/odata-filter/parse.ts'
import { compileBindingExpression } from '../../services/functions/binding-expressions.ts'
import type { BindingContext, InputSource } from '../../services/functions/extension.ts'
import type { Storage } from '../../services/storage/service.ts'
import type { Entity, EntityKey, EntityProperty } from '../../services/storage/table/entity.ts'
import { BindingReader } from './binding-reader.ts'
import { readTableBinding } from './table-binding.ts'

const pageEntities = 1_000
/** What a function is given at most. */
const inputEntitiesMax = 100_000

export function tableToFunctions(storage: Storage): InputSource {
  return {
    type: 'table',
    open: async (context) => {
      const { account, tableName, partitionKey, rowKey } = readTableBinding(storage, context)
      const reader = new BindingReader(context)
      const take = reader.number('take')
      const filter = compileFilter(reader.string('filter'), context)
      return async (bindingData) => {
        const table = await storage.tables.find(account, tableName(bindingData))
        if (partitionKey && rowKey) {
          const key = { partitionKey: partitionKey(bindingData), rowKey: rowKey(bindingData) }
          const entity = table && (await storage.entities.find(table, key))
          return entity && { kind: 'json', text: jsonOf(entity) }
        }
        const asked = both(filter(bindingData), partitionKey?.(bindingData))
        const entities: Entity[] = []
        let from: EntityKey | undefined
        do {
          if (!table) break
          const limit = Math.min(pageEntities, (take ?? Infinity) - entities.length)
          const page = await storage.entities.query(table, { filter: asked, from, limit })
          entities.push(...page.entities)
          from = page.next
          checkCount(entities.length, context)
        } while (from && entities.length < (take ?? Infinity))
        return { kind: 'json', text: `[${entities.map(jsonOf).join(',')}]` }
      }
    },
  }
}

function checkCount(count: number, { functionName }: BindingContext): void {
  if (count <= inputEntitiesMax) return
  throw new Error(
    `The table input of '${functionName}' found more than ${inputEntitiesMax} entities.`,
  )
}

/** In quotes `{name}` stands for text, whatever is in it; elsewhere only for a number or a word. */
function compileFilter(
  text: string | undefined,
  context: BindingContext,
): (bindingData: JsonObject) => Filter | undefined {
  if (text === undefined || text === '') return () => undefined
  const parts = text.split(/('(?:[^']|'')*')/).map((part) => {
    const read = compileBindingExpression(part, context)
    if (!part.includes('{')) return read
    return part.startsWith("'")
      ? (bindingData: JsonObject) => quoted(read(bindingData))
      : (bindingData: JsonObject) => plain(read(bindingData))
  })
  return (bindingData) => parseFilter(parts.map((read) => read(bindingData)).join(''))
}

function quoted(text: string): string {
  return `'${text.slice(1, -1).replaceAll("'", "''")}'`
}

function plain(text: string): string {
  if (!text.includes("'")) return text
  throw new Error(`expected text in quotes in the filter of a table, found ${text}`)
}

function both(filter: Filter | undefined, partitionKey: string | undefined): Filter | undefined {
  if (partitionKey === undefined) return filter
  const isPartition: Filter = {
    kind: 'compare',
    operator: 'eq',
    left: { kind: 'property', name: 'PartitionKey' },
    right: { kind: 'literal', value: { type: 'Edm.String', value: partitionKey } },
  }
  return filter ? { kind: 'and', left: isPartition, right: filter } : isPartition
}

// The real binding gives neither etag nor timestamp.
function jsonOf({ partitionKey, rowKey, properties }: Entity): string {
  const own = [...properties].map(([name, value]) => `${JSON.stringify(name)}:${valueText(value)}`)
  const keys = [
    `"PartitionKey":${JSON.stringify(partitionKey)}`,
    `"RowKey":${JSON.stringify(rowKey)}`,
  ]
  return `{${[...keys, ...own].join(',')}}`
}

function valueText({ type, value }: EntityProperty): string {
  return type === 'Edm.Int64' ? String(value) : JSON.stringify(value)
}
