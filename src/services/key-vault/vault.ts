import { isJsonObject, objectMember, stringMember } from '../../base/json.ts'
import type { JsonValue } from '../../base/json.ts'

/** What a principal may do with the secrets of a vault that has no role-based access. */
export interface AccessPolicy {
  readonly tenantId: string
  readonly objectId: string
  /** Permissions on secrets, in lower case: `get`, `list`, `all`. */
  readonly secrets: readonly string[]
}

/** A vault as its template declares it: https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults */
export interface Vault {
  readonly name: string
  readonly resourceId: string
  readonly location: string
  /** Role assignments say who may do what; else the access policies do. */
  readonly usesRoles: boolean
  readonly accessPolicies: readonly AccessPolicy[]
  /** How long a deleted secret can be recovered. */
  readonly retentionDays: number
  readonly isPurgeProtected: boolean
}

/** The host name of a vault. */
export function vaultHost(name: string): string {
  return `${name.toLowerCase()}.vault.azure.net`
}

/** Where a vault is, as its secrets' ids begin: `https://orders.vault.azure.net`. */
export function vaultUrl(name: string): string {
  return `https://${vaultHost(name)}`
}

/** What may become of a deleted secret, in Azure's word. */
export function recoveryLevel(vault: Vault): string {
  const customized = vault.retentionDays === 90 ? '' : 'Customized'
  return `${customized}Recoverable${vault.isPurgeProtected ? '' : '+Purgeable'}`
}

/** Reads the access policies of a template. */
export function readAccessPolicies(value: JsonValue | undefined): readonly AccessPolicy[] {
  const policies = Array.isArray(value) ? value : []
  return policies.filter(isJsonObject).map((policy) => {
    const secrets = objectMember(policy, 'permissions')['secrets']
    return {
      tenantId: (stringMember(policy, 'tenantId') ?? '').toLowerCase(),
      objectId: (stringMember(policy, 'objectId') ?? '').toLowerCase(),
      secrets: textsOf(secrets).map((permission) => permission.toLowerCase()),
    }
  })
}

/** Access policies as a template writes them. */
export function accessPolicyBodies(vault: Vault): JsonValue[] {
  return vault.accessPolicies.map(({ tenantId, objectId, secrets }) => ({
    tenantId,
    objectId,
    permissions: { secrets: [...secrets] },
  }))
}

/** Reads a vault as its document holds it. */
export function readVault(value: JsonValue): Vault {
  const stored = isJsonObject(value) ? value : {}
  const policies = Array.isArray(stored['accessPolicies']) ? stored['accessPolicies'] : []
  return {
    name: stringMember(stored, 'name') ?? '',
    resourceId: stringMember(stored, 'resourceId') ?? '',
    location: stringMember(stored, 'location') ?? '',
    usesRoles: stored['usesRoles'] === true,
    accessPolicies: policies.map((policy) => ({
      tenantId: stringMember(policy, 'tenantId') ?? '',
      objectId: stringMember(policy, 'objectId') ?? '',
      secrets: textsOf(isJsonObject(policy) ? policy['secrets'] : undefined),
    })),
    retentionDays: Number(stored['retentionDays']),
    isPurgeProtected: stored['isPurgeProtected'] === true,
  }
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : []
}
