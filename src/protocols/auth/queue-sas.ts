import type { StorageSas } from './storage-sas.ts'

/**
 * What a signature of a queue signs; `resource` is `/queue/account/queue`.
 * https://learn.microsoft.com/rest/api/storageservices/create-service-sas#queue-service
 */
export function queueSasText(sas: StorageSas, resource: string): string {
  const of = (...names: readonly string[]) => names.map(sas.field)
  const lines = [...of('sp', 'st', 'se'), resource, ...of('si')]
  if (sas.version >= '2015-04-05') lines.push(...of('sip', 'spr'))
  return [...lines, ...of('sv')].join('\n')
}

/** https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas */
export function queueDelegationText(sas: StorageSas, resource: string): string {
  const of = (...names: readonly string[]) => names.map(sas.field)
  return [
    ...of('sp', 'st', 'se'),
    resource,
    ...of('skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'skdutid', 'sduoid', 'sip', 'spr', 'sv'),
  ].join('\n')
}
