import type { Operation } from '../operation.ts'

/** The one operation of a WebSocket API: https://learn.microsoft.com/azure/api-management/websocket-api#onhandshake-operation */
export const onHandshake: Operation = {
  id: 'onHandshake',
  displayName: 'onHandshake',
  method: 'GET',
  urlTemplate: '/*',
}

/**
 * Policies that mean nothing to a handshake: inherited ones are passed over, others are refused.
 * https://learn.microsoft.com/azure/api-management/websocket-api#unsupported-policies
 */
export const notOfHandshakes: ReadonlySet<string> = new Set([
  'mock-response',
  'cache-lookup',
  'cache-store',
  'cross-domain',
  'cors',
  'jsonp',
  'set-method',
  'set-body',
  'xml-to-json',
  'json-to-xml',
  'xsl-transform',
  'validate-content',
  'validate-parameters',
  'validate-headers',
  'validate-status-code',
])
