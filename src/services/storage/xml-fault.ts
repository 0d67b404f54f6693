import type { ServiceError } from '../../base/errors.ts'
import type { Answer } from './answer.ts'
import type { Storage } from './service.ts'
import { document, element, group } from './xml-writer.ts'

/** https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 */
export function xmlFault(
  storage: Pick<Storage, 'tenantId' | 'clock'>,
  error: ServiceError,
  requestId: string,
): Answer {
  const { code, status, message, details } = error
  const headers: Record<string, string> = { 'x-ms-error-code': code }
  if (status === 401) headers['www-authenticate'] = bearerChallenge(storage.tenantId)
  if (status === 416)
    headers['content-range'] = `bytes */${JSON.stringify(details['ResourceLength'])}`
  if (status === 304) return { status, headers }
  const time = new Date(storage.clock.now()).toISOString().replace('Z', '0000Z')
  const text = `${message}\nRequestId:${requestId}\nTime:${time}`
  const extra = Object.entries(details)
    .filter(([name]) => name !== 'ResourceLength')
    .map(([name, value]) =>
      element(name, typeof value === 'string' ? value : JSON.stringify(value)),
    )
  const body = document(group('Error', [element('Code', code), element('Message', text), ...extra]))
  return { status, headers: { ...headers, 'content-type': 'application/xml' }, body }
}

/** Says who gives tokens. */
export function bearerChallenge(tenantId: string): string {
  return `Bearer authorization_uri=https://login.microsoftonline.com/${tenantId}/oauth2/authorize resource_id=https://storage.azure.com`
}
