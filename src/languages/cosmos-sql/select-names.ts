import type { SelectItem } from './syntax-tree.ts'

/**
 * The property name of a member of the select list: its alias or the last name of its path; `undefined` when
 * it has none and is numbered. https://learn.microsoft.com/azure/cosmos-db/nosql/query/select
 */
export function nameOfItem({ alias, value }: SelectItem): string | undefined {
  if (alias) return alias.name
  if (value.kind === 'name') return value.name
  if (value.kind !== 'member' || value.key.kind !== 'literal') return undefined
  return typeof value.key.value === 'string' ? value.key.value : undefined
}
