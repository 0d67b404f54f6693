/**
 * Tokens of Entra ID and role assignments of the template -> who may do what with the data of a storage account.
 * https://learn.microsoft.com/azure/storage/blobs/assign-azure-role-data-access
 */
import { stringMember } from '../../base/json.ts'
import { InvalidToken, type TokenFault } from '../../protocols/auth/invalid-token.ts'
import type { StorageIdentity } from '../../services/storage/access.ts'
import { tokenInvalid } from '../../services/storage/access-errors.ts'
import type { AllowedActions, RoleAccess } from './role-access.ts'

const audiences = [
  'https://storage.azure.com',
  'https://storage.azure.com/',
  'e406a681-f3d4-42a8-90b6-c2b029497af1',
]

const services = 'Microsoft\\.Storage/storageAccounts'
const everyBlob = new RegExp(`^${services}/blobServices/`, 'i')
const blobsAndContainers = new RegExp(
  `^${services}/blobServices/(?:generateUserDelegationKey/action$|containers/(?:read|write|delete)$|containers/blobs/(?!manageOwnership|modifyPermissions|runAsSuperUser))`,
  'i',
)
const reading = new RegExp(
  `^${services}/blobServices/(?:generateUserDelegationKey/action|containers/read|containers/blobs/(?:read|filter/action))$`,
  'i',
)
const delegating = new RegExp(`^${services}/blobServices/generateUserDelegationKey/action$`, 'i')
const everyQueue = new RegExp(`^${services}/queueServices/`, 'i')
const readingQueues = new RegExp(`^${services}/queueServices/queues/(?:read|messages/read)$`, 'i')
const sending = new RegExp(`^${services}/queueServices/queues/messages/add/action$`, 'i')
const processing = new RegExp(
  `^${services}/queueServices/queues/messages/(?:read|process/action)$`,
  'i',
)
const readingTables = new RegExp(`^${services}/tableServices/tables/(?:read|entities/read)$`, 'i')
const everyTable = new RegExp(`^${services}/tableServices/`, 'i')

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage */
export const storageRoles: AllowedActions = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': everyBlob, // Storage Blob Data Owner
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': blobsAndContainers, // Storage Blob Data Contributor
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': reading, // Storage Blob Data Reader
  'db58b8e5-c6ad-4a2a-8342-4190687cbf4a': delegating, // Storage Blob Delegator
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': everyQueue, // Storage Queue Data Contributor
  '19e7f393-937e-4f77-808e-94535e297925': readingQueues, // Storage Queue Data Reader
  'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a': sending, // Storage Queue Data Message Sender
  '8a0f0c08-91a1-4084-bc3d-661d67233fed': processing, // Storage Queue Data Message Processor
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': everyTable, // Storage Table Data Contributor
  '76199698-9eea-4c19-bc75-cec21354c6b6': readingTables, // Storage Table Data Reader
}

const reasons: Readonly<Record<TokenFault, string>> = {
  malformed: 'IDX12741: JWT must have three segments (JWS) or five segments (JWE).',
  type: 'IDX12741: JWT must have three segments (JWS) or five segments (JWE).',
  algorithm: 'Signature validation failed. No valid keys found.',
  unsigned: 'Signature validation failed. No valid keys found.',
  key: 'Signature validation failed. No valid keys found.',
  signature: 'Signature validation failed. Signature verification failed.',
  'expiry-missing': 'Lifetime validation failed. The token has no expiry.',
  expired: 'Lifetime validation failed. The token is expired.',
  'not-yet-valid': 'Lifetime validation failed. The token is not yet valid.',
  issuer: 'Issuer validation failed. Issuer did not match.',
  audience: 'Audience validation failed. Audience did not match.',
}

export function storageIdentity(access: RoleAccess): StorageIdentity {
  return {
    verifyToken: (token) => {
      try {
        const claims = access.claimsOf(token, audiences)
        return {
          objectId: stringMember(claims, 'oid') ?? '',
          tenantId: stringMember(claims, 'tid') ?? '',
        }
      } catch (error) {
        if (error instanceof InvalidToken) throw tokenInvalid(reasons[error.fault], error)
        throw error
      }
    },
    hasRole: (wanted) => access.allows(wanted, storageRoles),
  }
}
