/**
 * Tokens of Entra ID and role assignments of the template -> who may do what with the secrets of a vault.
 * https://learn.microsoft.com/azure/key-vault/general/rbac-guide
 */
import { stringMember, type JsonObject } from '../../base/json.ts'
import { InvalidToken, type TokenFault } from '../../protocols/auth/invalid-token.ts'
import { tokenInvalid } from '../../services/key-vault/errors.ts'
import type { KeyVaultOptions } from '../../services/key-vault/service.ts'
import type { AllowedActions, RoleAccess } from './role-access.ts'

const audiences = [
  'https://vault.azure.net',
  'https://vault.azure.net/',
  'cfa8b339-82a2-471a-a3c9-0fc0be7a4093',
]

const everything = /^Microsoft\.KeyVault\/vaults\/secrets\//i
const reading = /\/secrets\/(?:getSecret|readMetadata)\/action$/i
const listing = /\/secrets\/readMetadata\/action$/i

/** The data actions of the built-in roles, by the GUID of their definition. */
export const vaultRoles: AllowedActions = {
  '00482a5a-887f-4fb3-b363-3b7fe8e74483': everything, // Key Vault Administrator
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': everything, // Key Vault Secrets Officer
  '4633458b-17de-408a-b874-0445c86b69e6': reading, // Key Vault Secrets User
  'db79e9a7-68ee-4b58-9aeb-b90e7c24fcba': reading, // Key Vault Certificate User
  '21090545-7ca7-4776-b22c-e363652d74d2': listing, // Key Vault Reader
}

export function vaultIdentity(
  access: RoleAccess,
): Pick<KeyVaultOptions, 'verifyToken' | 'hasRole'> {
  return {
    verifyToken: (token) => {
      const claims = claimsOf(access, token)
      return {
        objectId: stringMember(claims, 'oid') ?? '',
        appId: stringMember(claims, 'appid') ?? stringMember(claims, 'azp') ?? '',
        issuer: stringMember(claims, 'iss') ?? '',
        tenantId: stringMember(claims, 'tid') ?? '',
      }
    },
    hasRole: ({ principalId, resourceId, dataAction }) =>
      access.allows({ principalId, resourceId, action: dataAction }, vaultRoles),
  }
}

function claimsOf(access: RoleAccess, token: string): JsonObject {
  try {
    return access.claimsOf(token, audiences)
  } catch (error) {
    if (error instanceof InvalidToken) throw tokenInvalid(reasons[error.fault], error)
    throw error
  }
}

const unreadable = 'AKV10000: Request is missing a Bearer or PoP token.'
const badKey = 'AKV10046: Unable to resolve the key used for signature validation.'
const badTime = "[TokenExpired] Error validating token: 'S2S12086'."

const reasons: Readonly<Record<TokenFault, string>> = {
  malformed: unreadable,
  type: unreadable,
  algorithm: badKey,
  unsigned: badKey,
  key: badKey,
  signature: badKey,
  'expiry-missing': badTime,
  expired: badTime,
  'not-yet-valid': badTime,
  issuer: 'AKV10032: Invalid issuer.',
  audience: 'AKV10022: Invalid audience. Expected https://vault.azure.net.',
}
