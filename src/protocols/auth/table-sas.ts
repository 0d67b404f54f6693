import type { StorageSas } from './storage-sas.ts'

/**
 * What a signature of a table signs; `resource` is `/table/account/table`.
 * https://learn.microsoft.com/rest/api/storageservices/create-service-sas#table-service
 */
export function tableSasText(sas: StorageSas, resource: string): string {
  const of = (...names: readonly string[]) => names.map(sas.field)
  const lines = [...of('sp', 'st', 'se'), resource, ...of('si')]
  if (sas.version >= '2015-04-05') lines.push(...of('sip', 'spr'))
  return [...lines, ...of('sv', 'spk', 'srk', 'epk', 'erk')].join('\n')
}
