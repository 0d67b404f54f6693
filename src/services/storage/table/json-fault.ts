import type { ServiceError } from '../../../base/errors.ts'
import type { Answer } from '../answer.ts'
import type { Storage } from '../service.ts'
import { bearerChallenge } from '../xml-fault.ts'

/** https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2#error-response-for-table-service */
export function jsonFault(storage: Storage, error: ServiceError, requestId: string): Answer {
  const { code, status } = error
  return {
    status,
    headers: {
      'x-ms-error-code': code,
      'www-authenticate': status === 401 ? bearerChallenge(storage.tenantId) : undefined,
      'content-type': 'application/json;odata=minimalmetadata;charset=utf-8',
    },
    body: faultBody(storage, error, requestId),
  }
}

export function faultBody(
  { clock }: Pick<Storage, 'clock'>,
  { code, message }: ServiceError,
  requestId: string,
): string {
  const time = new Date(clock.now()).toISOString().replace('Z', '0000Z')
  const value = `${message}\nRequestId:${requestId}\nTime:${time}`
  return JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value } } })
}
