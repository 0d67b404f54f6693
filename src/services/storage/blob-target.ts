import type { ServiceError } from '../../base/errors.ts'
import {
  delegationSasText,
  serviceSasText,
  type StorageSas,
} from '../../protocols/auth/storage-sas.ts'
import type { AccessTarget } from './access.ts'
import { authenticationFailed, resourceTypeMismatch } from './access-errors.ts'
import type { ContainerRecord } from './container.ts'
import type { StorageRequest } from './storage-request.ts'

/** A container or a blob, as its authorization sees it. */
export function blobTarget(
  request: StorageRequest,
  container: ContainerRecord | undefined,
): AccessTarget {
  const { account } = request
  const service = `${account.resourceId}/blobServices/default`
  return {
    serviceLetter: 'b',
    level: request.blob !== '' ? 'o' : request.container === '' ? 's' : 'c',
    resourceId: request.container === '' ? service : `${service}/containers/${request.container}`,
    actionPrefix: 'blobServices',
    policies: container?.policies ?? [],
    publicAccess: container?.publicAccess,
    textsToSign: (sas) => textsToSign(request, sas),
    checkSas: (sas) => checkResource(request, sas),
  }
}

function textsToSign(request: StorageRequest, sas: StorageSas): readonly string[] {
  const { named, query, headers } = request
  const resource = `/blob/${named.name}/${resourceOf(request, sas)}`
  const snapshot = snapshotOf(request, sas)
  if (sas.kind === 'service') return [serviceSasText(sas, resource, snapshot)]
  return [delegationSasText(sas, resource, { snapshot, headers, query })]
}

/** The container, the blob or the directory that was signed for. */
function resourceOf(request: StorageRequest, sas: StorageSas): string {
  const { container, blob } = request
  switch (sas.field('sr')) {
    case 'c':
      return container
    case 'd': {
      const depth = Number(sas.field('sdd'))
      return [container, ...blob.split('/').slice(0, depth)].join('/')
    }
    default:
      return `${container}/${blob}`
  }
}

function snapshotOf(request: StorageRequest, sas: StorageSas): string {
  const kind = sas.field('sr')
  if (kind === 'bs') return request.query.get('snapshot') ?? ''
  return kind === 'bv' ? (request.query.get('versionid') ?? '') : ''
}

/** A signature of one blob opens nothing else; one of a container, all in it. */
function checkResource(request: StorageRequest, sas: StorageSas): void {
  const fault = misfit(request, sas.field('sr'))
  if (fault) throw fault
}

function misfit(request: StorageRequest, kind: string): ServiceError | undefined {
  const { container, blob, query } = request
  if (container === '') return authenticationFailed('Signature fields not well formed.')
  switch (kind) {
    case 'c':
    case 'd':
      return undefined
    case 'b':
      return blob === '' ? resourceTypeMismatch() : undefined
    case 'bs':
      return query.has('snapshot') ? undefined : authenticationFailed('sr is not valid here.')
    case 'bv':
      return query.has('versionid') ? undefined : authenticationFailed('sr is not valid here.')
    default:
      return authenticationFailed('sr is mandatory. Cannot be empty')
  }
}
