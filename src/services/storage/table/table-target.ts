import { tableSasText } from '../../../protocols/auth/table-sas.ts'
import type { StorageSas } from '../../../protocols/auth/storage-sas.ts'
import type { AccessTarget, Caller } from '../access.ts'
import { authenticationFailed, permissionMismatch } from '../access-errors.ts'
import type { StorageRequest } from '../storage-request.ts'
import type { EntityKey } from './entity.ts'
import type { TableAddress } from './table-address.ts'
import type { TableRecord } from './table.ts'

/** A table or its entities, as their authorization sees them. */
export function tableTarget(
  request: StorageRequest,
  address: TableAddress,
  table: TableRecord | undefined,
): AccessTarget {
  const { account, named } = request
  const service = `${account.resourceId}/tableServices/default`
  return {
    serviceLetter: 't',
    level: levelOf(request, address),
    resourceId: address.table === '' ? service : `${service}/tables/${address.table}`,
    actionPrefix: 'tableServices',
    policies: table?.policies ?? [],
    textsToSign: (sas) => [
      tableSasText(sas, `/table/${named.name}/${sas.field('tn').toLowerCase()}`),
    ],
    checkSas: (sas) => {
      if (sas.kind !== 'service' || sas.field('tn') === '') {
        throw authenticationFailed('Signature fields not well formed.')
      }
      if (address.level !== 'batch') checkSasTable(sas, address.table)
    },
  }
}

/** Refuses a signature of another table. */
export function checkSasTable(sas: StorageSas, table: string): void {
  if (sas.field('tn').toLowerCase() !== table.toLowerCase()) throw permissionMismatch()
}

/** Whether an entity is among those that a signature opens; everything else opens all. */
export function isWithinSas({ sas }: Pick<Caller, 'sas'>, key: EntityKey): boolean {
  if (!sas || sas.kind !== 'service') return true
  const [fromPartition, fromRow] = [sas.field('spk'), sas.field('srk')]
  const [toPartition, toRow] = [sas.field('epk'), sas.field('erk')]
  const { partitionKey, rowKey } = key
  if (fromPartition !== '' && partitionKey < fromPartition) return false
  if (fromPartition === partitionKey && fromRow !== '' && rowKey < fromRow) return false
  if (toPartition !== '' && partitionKey > toPartition) return false
  return !(toPartition === partitionKey && toRow !== '' && rowKey > toRow)
}

function levelOf({ query }: StorageRequest, { level }: TableAddress): 's' | 'c' | 'o' {
  switch (level) {
    case 'service':
      return 's'
    case 'tables':
    case 'table':
      return 'c'
    case 'entities':
      return query.get('comp') === 'acl' ? 'c' : 'o'
    case 'entity':
    case 'batch':
      return 'o'
  }
}
