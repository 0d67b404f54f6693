import { accountOperations } from './account-operations.ts'
import { blobOperations } from './blob-operations.ts'
import { blockOperations } from './block-operations.ts'
import { containerOperations } from './container-operations.ts'
import { copyOperations, plainCopyOperations } from './copy-operations.ts'
import type { Operation } from './operation.ts'
import { pageOperations } from './page-operations.ts'
import { serviceOperations } from './service-operations.ts'

/** Every operation of the Blob service; of several at one address the first that fits answers. */
export const operations: readonly Operation[] = [
  ...accountOperations,
  ...serviceOperations,
  ...containerOperations,
  ...copyOperations,
  ...plainCopyOperations,
  ...blockOperations,
  ...pageOperations,
  ...blobOperations,
]

/** An operation's address as the documentation writes it: `PUT /{container}/{blob}?comp=lease`. */
export function addressOf(operation: Operation): string {
  const { method, level, comp, header } = operation
  const path = { service: '/', container: '/{container}', blob: '/{container}/{blob}' }[level]
  const ofContainer = level === 'container' ? 'restype=container' : ''
  const kind = operation.isOfAccount === true ? 'restype=account' : ofContainer
  const query = [kind, comp === '' ? '' : `comp=${comp}`].filter((part) => part !== '').join('&')
  const value = header?.value === undefined ? '' : `: ${header.value}`
  return `${method} ${path}${query === '' ? '' : `?${query}`}${header ? ` ${header.name}${value}` : ''}`
}
