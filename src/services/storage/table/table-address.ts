import { invalidUri } from '../errors.ts'
import type { EntityKey } from './entity.ts'

/** What a request of the Table service is of. */
export type TableAddress =
  | { readonly level: 'service' | 'tables' | 'batch'; readonly table: '' }
  /** `Tables('x')` is the table, `x()` what is in it. */
  | { readonly level: 'table' | 'entities'; readonly table: string }
  | { readonly level: 'entity'; readonly table: string; readonly key: EntityKey }

const quoted = "'((?:[^']|'')*)'"
const tableForm = new RegExp(`^Tables\\(${quoted}\\)$`)
const entityForms = [
  new RegExp(`^([^()]+)\\(PartitionKey=(?<pk>${quoted}),\\s*RowKey=(?<rk>${quoted})\\)$`, 's'),
  new RegExp(`^([^()]+)\\(RowKey=(?<rk>${quoted}),\\s*PartitionKey=(?<pk>${quoted})\\)$`, 's'),
]

/** https://learn.microsoft.com/rest/api/storageservices/addressing-table-service-resources */
export function tableAddressOf(segments: readonly string[]): TableAddress {
  const [first = '', ...rest] = segments.at(-1) === '' ? segments.slice(0, -1) : segments
  if (rest.length > 0) throw invalidUri()
  if (first === '') return { level: 'service', table: '' }
  if (first === '$batch') return { level: 'batch', table: '' }
  if (/^Tables(?:\(\))?$/.test(first)) return { level: 'tables', table: '' }
  const [, table] = tableForm.exec(first) ?? []
  if (table !== undefined) return { level: 'table', table }
  if (/^[^()]+(?:\(\))?$/.test(first)) {
    return { level: 'entities', table: first.replace(/\(\)$/, '') }
  }
  return entityAddress(first)
}

function entityAddress(text: string): TableAddress {
  for (const form of entityForms) {
    const match = form.exec(text)
    const { pk, rk } = match?.groups ?? {}
    if (pk === undefined || rk === undefined) continue
    const key = { partitionKey: unquote(pk), rowKey: unquote(rk) }
    return { level: 'entity', table: match?.[1] ?? '', key }
  }
  throw invalidUri()
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'")
}
