import type { Permission } from './access.ts'
import type { Answer } from './answer.ts'
import type { Level, StorageCall } from './operation.ts'
import { headerOf, type StorageRequest } from './storage-request.ts'

/** One operation of the Data Lake endpoint; `what` is its `resource` or `action`, or what else tells it. */
export interface PathOperation {
  readonly name: string
  readonly method: string
  readonly level: Level
  readonly what: string
  readonly permission: Permission
  handle(call: StorageCall): Promise<Answer>
}

/** What a request to the Data Lake endpoint asks for, in the words of the table. */
export function whatIsAsked(request: StorageRequest): string {
  const { query, headers, method } = request
  if (method === 'PUT' && headerOf(headers, 'x-ms-rename-source') !== undefined) return 'rename'
  if (method === 'POST' && headerOf(headers, 'x-ms-lease-action') !== undefined) return 'lease'
  return (query.get('action') ?? query.get('resource') ?? '').toLowerCase()
}

/** An operation's address as the documentation writes it: `PATCH /{filesystem}/{path}?action=append`. */
export function pathAddressOf({ method, level, what }: PathOperation): string {
  const place = { service: '/', container: '/{filesystem}', blob: '/{filesystem}/{path}' }[level]
  if (what === 'rename') return `${method} ${place} x-ms-rename-source`
  if (what === 'lease') return `${method} ${place} x-ms-lease-action`
  if (what === '') return `${method} ${place}`
  const isResource = ['account', 'filesystem', 'file', 'directory'].includes(what)
  return `${method} ${place}?${isResource ? 'resource' : 'action'}=${what}`
}
